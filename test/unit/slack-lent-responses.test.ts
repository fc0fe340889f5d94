import { expect, it } from 'vitest';
import { LentResponses } from '../../src/slack/lent-responses.js';

const respond = async () => true;

it('hands out what was lent, once', () => {
  const lent = new LentResponses({ now: () => 0 });
  lent.add('card', respond);
  expect(lent.take('card')).toBe(respond);
  expect(lent.take('card')).toBeNull();
  expect(lent.take('another')).toBeNull();
});

it('hands out nothing that Slack would not take any more', () => {
  let now = 0;
  const lent = new LentResponses({ now: () => now });
  lent.add('card', respond);
  now = 30 * 60_000;
  expect(lent.take('card')).toBeNull();
});

it('forgets what has expired although nobody asks for it', () => {
  let now = 0;
  const lent = new LentResponses({ now: () => now });
  lent.add('old', respond);
  now = 30 * 60_000;
  lent.add('new', respond);
  now = 0;
  expect(lent.take('old')).toBeNull();
  expect(lent.take('new')).toBe(respond);
});
