import fetch from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackClients } from '../../src/slack/clients.js';
import { createUserGroups } from '../../src/slack/user-groups.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { createLogRecorder } from '../support/slack-bed.js';

let slack: SlackSimulator;
let now = 0;

beforeEach(async () => {
  slack = await createSlackSimulator();
  now = 1_000_000;
});
afterEach(() => slack.close());

function open() {
  const user = slack.addUser({ name: 'sam' });
  slack.addUserGroup({ id: 'SLEADS', members: [user.id] });
  const clock = { now: () => now };
  const logger = createLogRecorder();
  const { interactive: client } = createSlackClients({
    ...{ botToken: slack.botToken, apiUrl: slack.apiUrl },
    ...{ fetch, clock, logger },
  });
  const groups = createUserGroups({ client, clock });
  return { user, groups };
}
const asked = () => slack.count('usergroups.users.list');

describe('the members of a user group', () => {
  it('are asked for once by many who need them, and kept for a minute', async () => {
    const { user, groups } = open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => groups.members('SLEADS')));
    expect(answers.every((members) => members.has(user.id) && members.size === 1)).toBe(true);
    now += 59_999;
    await groups.members('SLEADS');
    expect(asked()).toBe(1);
  });

  it('are asked for again after a minute, so that who has left is out', async () => {
    const { groups } = open();
    await groups.members('SLEADS');
    slack.addUserGroup({ id: 'SLEADS', members: [] });
    now += 60_000;
    expect([...(await groups.members('SLEADS'))]).toEqual([]);
    expect(asked()).toBe(2);
  });

  it('are not known when the scope is missing, which is named', async () => {
    const { groups } = open();
    slack.setScopes(['commands', 'chat:write']);
    await expect(groups.members('SLEADS')).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      cure: expect.stringContaining('usergroups:read'),
    });
  });

  it('are not known of a group that Slack does not know', async () => {
    const { groups } = open();
    await expect(groups.members('SNONE')).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      cure: expect.stringContaining('RECORD_ALLOWED_USERGROUPS'),
    });
  });

  it('are not known with a token that Slack refuses', async () => {
    const { groups } = open();
    slack.refuseToken('bot', 'token_revoked');
    await expect(groups.members('SLEADS')).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      cure: expect.stringContaining('token_revoked'),
    });
  });

  it.each([
    ['a lost connection', { kind: 'cut-before' }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a rate limit', { kind: 'ratelimited', retryAfter: 7 }],
    ['an answer that is no JSON', { kind: 'garbage' }],
  ] as const)('are unavailable after %s, and asked for again the next time', async (_, fault) => {
    const { user, groups } = open();
    slack.inject({ method: 'usergroups.users.list', fault });
    await expect(groups.members('SLEADS')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    if (fault.kind === 'ratelimited') now += 7_000;
    expect((await groups.members('SLEADS')).has(user.id)).toBe(true);
  });

  it('are not asked for, of any group, while Slack wants to be left alone', async () => {
    const { groups } = open();
    slack.inject({ method: 'usergroups.users.list', fault: { kind: 'ratelimited', retryAfter: 7 } });
    await expect(groups.members('SLEADS')).rejects.toMatchObject({ retryAfterMs: 7_000 });
    now += 6_000;
    await expect(groups.members('SOTHER')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryAfterMs: 1_000,
    });
    expect(asked()).toBe(1);
  });

  it('are those that Slack named last while it has trouble, for ten minutes', async () => {
    const { user, groups } = open();
    await groups.members('SLEADS');
    slack.inject({
      method: 'usergroups.users.list',
      fault: { kind: 'status', status: 500 },
      times: 'until-cleared',
    });
    now += 10 * 60_000 - 1;
    expect((await groups.members('SLEADS')).has(user.id)).toBe(true);
    expect(asked()).toBe(2);
    now += 1;
    await expect(groups.members('SLEADS')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are not those that Slack named last once it has refused to tell', async () => {
    const { groups } = open();
    await groups.members('SLEADS');
    now += 60_000;
    slack.inject({ method: 'usergroups.users.list', fault: { kind: 'error', code: 'no_such_subteam' } });
    await expect(groups.members('SLEADS')).rejects.toMatchObject({ code: 'SLACK_REFUSED' });
    slack.inject({ method: 'usergroups.users.list', fault: { kind: 'status', status: 500 } });
    await expect(groups.members('SLEADS')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are asked for again when the clock was set back', async () => {
    const { groups } = open();
    await groups.members('SLEADS');
    now -= 3_600_000;
    await groups.members('SLEADS');
    expect(asked()).toBe(2);
  });
});
