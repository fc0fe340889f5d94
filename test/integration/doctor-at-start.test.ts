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
  return logger.lines.filter(({ level }) => level === 'warn');
}

describe('a bot that has just started', () => {
  it.each(['recording-jobs', 'conversations'] as const)(
    'says nothing when nothing is wrong, and costs at most three requests (%s)',
    async (api) => {
      bed = await createDoctorBed({ genesys: { api } });
      expect(await startAndDiagnose()).toEqual([]);
      expect(bed.slack.count('any')).toBeLessThanOrEqual(3);
      expect(bed.genesys.count('any') - bed.genesys.count('token')).toBe(0);
      expect(bed.slack.count('chat.getPermalink')).toBe(1);
      // The bot has sockets of its own.
      expect(bed.slack.count('apps.connections.open')).toBe(0);
      await bed.expectNothingChanged();
    },
  );

  it('warns of each thing that is wrong, with its cure', async () => {
    bed = await createDoctorBed();
    const lines = await startAndDiagnose({
      CALL_ALERT_CHANNEL: 'C0NOWHERE',
      GENESYS_CLIENT_SECRET: 'not-the-one',
    });
    const found = lines.filter(({ fields }) => 'check' in fields);
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
    const lines = await startAndDiagnose();
    // Beside what Slack's own client has to say.
    const found = lines.flatMap(({ fields }) => ('check' in fields ? [fields.check] : []));
    expect(found).toEqual(['slack.token', 'genesys.login']);
  }, 60_000);

  it('is silent once it stops: its connections fail then', async () => {
    bed = await createDoctorBed();
    const differences = { CALL_ALERT_CHANNEL: 'C0NOWHERE' };
    expect(await startAndDiagnose(differences, AbortSignal.abort())).toEqual([]);
  });
});
