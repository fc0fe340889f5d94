/** What a bot that has just started tells of itself: `diagnose`, with the bot's own parts. */
import { randomUUID } from 'node:crypto';
import nodeFetch from 'node-fetch';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { diagnose } from '../../src/doctor/examine.js';
import { createGenesys } from '../../src/genesys/genesys.js';
import type { Fetch } from '../../src/slack/clients.js';
import { systemClock } from '../../src/system-clock.js';
import { createDoctorBed, type DoctorBed } from '../support/doctor-bed.js';
import { createLogBook } from '../support/genesys-bed.js';

let bed: DoctorBed;

afterEach(() => bed?.finish());

async function startAndDiagnose(
  differences: Readonly<Record<string, string>> = {},
  signal = new AbortController().signal,
) {
  const config = readConfig({ ...bed.env, ...differences });
  const deps = { clock: systemClock, random: Math.random, logger: createLogBook(), fetch: nodeFetch };
  const genesys = createGenesys(config.genesys, deps);
  const logger = createLogBook();
  const fetch = nodeFetch as unknown as Fetch;
  try {
    await diagnose(config, { clock: systemClock, newId: randomUUID, logger, fetch, genesys, signal });
  } finally {
    genesys.close();
  }
  const [last] = logger.lines.filter(({ message }) => message.includes('has looked at what it may do'));
  return { warnings: logger.lines.filter(({ level }) => level === 'warn'), last };
}

/** What differs from the shipped settings, so that everything is looked at. */
const listening = { CALL_ALERTS: 'notifications' };

describe('a bot that has just started', () => {
  it.each([
    // What the watch reads is not read twice.
    ['recording-jobs', 'poll', [], ['genesys.control']],
    ['recording-jobs', 'off', ['calls'], ['genesys.control']],
    ['conversations', 'poll', ['call', 'queues'], ['genesys.pause', 'genesys.control']],
    ['conversations', 'off', ['call', 'calls', 'queues'], ['genesys.pause', 'genesys.control']],
    ['conversations', 'notifications', ['call', 'channels', 'queues'], ['genesys.pause', 'genesys.control']],
  ] as const)(
    'says nothing when nothing is wrong, looks at what nobody else reads, and orders nothing (%s, alerts by %s)',
    async (api, CALL_ALERTS, reads, left) => {
      bed = await createDoctorBed({ genesys: { api } });
      const { warnings, last } = await startAndDiagnose({ CALL_ALERTS });
      expect(warnings).toEqual([]);
      expect(last?.message).toMatch(
        /^the bot has looked at what it may do: 0 of \d+ things are wrong, not seen: \d, left to npm run doctor: \d$/,
      );
      const unseen = CALL_ALERTS === 'off' ? ['slack.users'] : ['slack.alert-member', 'slack.users'];
      expect(last?.fields).toMatchObject({ wrong: 0, unseen, left });
      expect(bed.slack.count('auth.test')).toBe(1);
      expect(bed.slack.count('chat.getPermalink')).toBe(CALL_ALERTS === 'off' ? 0 : 1);
      const asked = bed.genesys.journal.map(({ operation }) => operation);
      expect(asked.filter((operation) => operation !== 'token').sort()).toEqual(reads);
      // The bot has sockets of its own.
      expect(bed.slack.count('apps.connections.open')).toBe(0);
      await bed.expectNothingChanged();
    },
  );

  it('warns of what it may not read at Genesys, also where nothing else reads it', async () => {
    bed = await createDoctorBed({ genesys: { api: 'conversations' } });
    const { permissions } = bed.genesys.client;
    const needed = ['conversation:communication:view', 'routing:queue:view'];
    bed.genesys.setPermissions(permissions.filter((each) => !needed.includes(each)));
    const { warnings } = await startAndDiagnose({ CALL_ALERTS: 'off' });
    const found = warnings.flatMap(({ fields }) => ('check' in fields ? [fields] : []));
    expect(found).toEqual([
      { check: 'genesys.read-call', cure: expect.stringContaining('Grant conversation:communication:view') },
      { check: 'genesys.queues', cure: expect.stringContaining('Grant routing:queue:view') },
    ]);
  });

  it('warns of who and what its settings name and is not there', async () => {
    bed = await createDoctorBed({ genesys: { api: 'conversations' } });
    const { warnings, last } = await startAndDiagnose({
      ...listening,
      RECORD_ALLOWED_USERGROUPS: 'S0NOBODY',
      RECORD_ALLOWED_CHANNELS: 'C0NOWHERE',
      GENESYS_QUEUE_IDS: '3f6c1d52-7a0e-4a3b-9c55-0d7b1e2f4a68',
    });
    const found = warnings.flatMap(({ fields }) => ('check' in fields ? [fields.check] : []));
    expect(found).toEqual(['slack.user-groups', 'slack.channels', 'genesys.queues']);
    expect(last?.fields).toMatchObject({ wrong: 3 });
    expect(bed.genesys.count('channels')).toBe(1);
  });

  it('warns of each thing that is wrong, with its cure', async () => {
    bed = await createDoctorBed();
    const { warnings } = await startAndDiagnose({
      CALL_ALERT_CHANNEL: 'C0NOWHERE',
      GENESYS_CLIENT_SECRET: 'not-the-one',
    });
    const found = warnings.filter(({ fields }) => 'check' in fields);
    expect(found).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('C0NOWHERE is not there'),
        fields: { check: 'slack.alert-channel', cure: expect.stringContaining('/invite') },
      }),
      expect.objectContaining({
        message: expect.stringContaining('refused the secret'),
        fields: { check: 'genesys.login', cure: expect.stringContaining('GENESYS_CLIENT_SECRET') },
      }),
    ]);
  });

  it('never fails, whatever is down', async () => {
    bed = await createDoctorBed();
    await bed.slack.close();
    await bed.genesys.close();
    const { warnings } = await startAndDiagnose();
    // Beside what Slack's own client has to say.
    const found = warnings.flatMap(({ fields }) => ('check' in fields ? [fields.check] : []));
    expect(found).toEqual(['slack.token', 'genesys.login']);
  }, 60_000);

  it('is silent once it stops: its connections fail then', async () => {
    bed = await createDoctorBed();
    const differences = { CALL_ALERT_CHANNEL: 'C0NOWHERE' };
    expect(await startAndDiagnose(differences, AbortSignal.abort())).toEqual({
      warnings: [],
      last: undefined,
    });
  });
});
