import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { readConfig, settings } from '../../src/config.js';

const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const lines = example.split('\n');

describe('.env.example', () => {
  it('lists every setting once, and none besides', () => {
    const names = lines.flatMap((line) => /^(?:# )?([A-Z][A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(names.sort()).toEqual(settings.map(({ name }) => name).sort());
  });

  it.each(settings)('shows $name with its default, commented out where it is optional', (setting) => {
    const line =
      setting.required === false ? `# ${setting.name}=${setting.default ?? ''}` : `${setting.name}=`;
    expect(lines).toContain(line);
  });

  it.each(settings)('explains $name in the line above it', ({ name }) => {
    const at = lines.findIndex((line) => line.replace('# ', '').startsWith(`${name}=`));
    expect(lines[at - 1]).toMatch(/^# .{20,}$/);
    expect(lines[at - 2]).toBe('');
  });

  it('is safe to copy: it sets nothing, and the bot asks for what is required', () => {
    const values = parse(example);
    expect(Object.values(values).join('')).toBe('');
    expect(() => readConfig(values)).toThrow(/SLACK_BOT_TOKEN is not set/);
  });

  it('is complete once its empty lines are filled in', () => {
    const filled = example
      .replace('SLACK_BOT_TOKEN=', 'SLACK_BOT_TOKEN=xoxb-1')
      .replace('SLACK_APP_TOKEN=', 'SLACK_APP_TOKEN=xapp-1')
      .replace('GENESYS_CLIENT_ID=', 'GENESYS_CLIENT_ID=id')
      .replace('GENESYS_CLIENT_SECRET=', 'GENESYS_CLIENT_SECRET=secret')
      .replace('CALL_ALERT_CHANNEL=', 'CALL_ALERT_CHANNEL=C0ALERTS')
      .replace('RECORD_ALLOWED_CHANNELS=', 'RECORD_ALLOWED_CHANNELS=*');
    const uncommented = filled.replaceAll(/^# ([A-Z][A-Z_]+=)/gm, '$1');
    expect(readConfig(parse(uncommented))).toEqual(readConfig(parse(filled)));
  });
});
