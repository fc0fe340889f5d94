import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** `:red_circle:` at the start of a text, as the bot's messages use them. */
const emoji = /['`]:([a-z]+(?:_[a-z]+)*):/g;

it('every emoji in the bot’s messages has a picture on the page, whatever fonts the machine has', () => {
  const sources = readdirSync(new URL('../../src/slack', import.meta.url)).map((file) =>
    read(`src/slack/${file}`),
  );
  const used = new Set(sources.flatMap((source) => [...source.matchAll(emoji)].map(([, name]) => name)));
  expect(used).toContain('alarm_clock');
  const page = read('test/simulators/page/emoji.tsx');
  expect([...used].filter((name) => !new RegExp(`^  ${name}: `, 'm').test(page))).toEqual([]);
});
