/** What the doctor finds, in this process, between the simulators. */
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/storage/open-store.js';
import { systemClock } from '../../src/system-clock.js';
import { createDoctorBed, type DoctorBed, takeStock } from '../support/doctor-bed.js';
import { doubts, failures } from '../support/doctor-failures.js';
import { createLogBook } from '../support/genesys-bed.js';
import { describePostgres } from '../support/postgres.js';

let bed: DoctorBed;

afterEach(() => bed?.finish());

const resultOf = async (id: string, ...looking: Parameters<DoctorBed['look']>) =>
  (await bed.look(...looking)).find((result) => result.id === id);

/** As a bot that has ended leaves it, one statement of somebody else's later: the file, and nothing beside it. */
async function migrateSqlite(statement = 'SELECT 1'): Promise<void> {
  const elsewhere = join(bed.dataDir, 'elsewhere');
  const store = openStore({ dataDir: elsewhere }, { clock: systemClock, logger: createLogBook() });
  await store.migrate();
  await store.close();
  const file = new Database(join(elsewhere, 'recordings.db'));
  file.exec(statement);
  file.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  file.close();
  await copyFile(join(elsewhere, 'recordings.db'), join(bed.dataDir, 'recordings.db'));
  await rm(elsewhere, { recursive: true });
}

describe('the doctor', () => {
  it.each(failures)('finds $what, names the cure, and changes nothing', async (failure) => {
    bed = await createDoctorBed(failure.bed);
    const differences = await failure.cause(bed);
    const before = await takeStock(bed.dataDir).catch(() => null);
    const results = await bed.look(differences);
    const failed = results.filter(({ ok }) => ok === false);
    expect(failed).toEqual([
      expect.objectContaining({
        id: failure.check,
        detail: expect.stringMatching(failure.detail),
        cure: expect.stringMatching(failure.cure),
      }),
    ]);
    await bed.expectNothingChanged();
    expect(await takeStock(bed.dataDir).catch(() => null)).toEqual(before);
  });

  it.each(doubts)('neither finds $what well nor calls it wrong', async (doubt) => {
    bed = await createDoctorBed(doubt.bed);
    const results = await bed.look(await doubt.cause(bed));
    expect(results.filter(({ ok }) => ok === false)).toEqual([]);
    const result = results.find(({ id }) => id === doubt.check);
    expect(result).toMatchObject({ ok: null, detail: expect.stringMatching(doubt.detail) });
    expect(result?.cure ?? '').toMatch(doubt.cure);
    await bed.expectNothingChanged();
  });

  it('orders nothing of an API that is not the one of live recording jobs, nor believes what it lists', async () => {
    bed = await createDoctorBed();
    bed.genesys.inject({ on: 'calls', fault: { kind: 'status', status: 404 } });
    const results = await bed.look();
    const cure = expect.stringContaining('GENESYS_RECORDING_API=conversations');
    const detail = 'not asked for: this API lists no phone calls';
    const of = (id: string) => results.find((result) => result.id === id);
    expect(of('genesys.list-calls')).toMatchObject({ ok: false, cure });
    expect(of('genesys.list-recordings')).toMatchObject({ ok: null, detail, cure });
    expect(of('genesys.control')).toMatchObject({ ok: null, detail, cure });
    expect(bed.genesys.count('stop')).toBe(0);
    await bed.expectNothingChanged();
  });

  it.each(['recording-jobs', 'conversations'] as const)(
    'looks at all that listening takes, and only where the bot is to listen (%s)',
    async (api) => {
      bed = await createDoctorBed({ genesys: { api } });
      const titlesWith = async (CALL_ALERTS: string) =>
        (await bed.look({ CALL_ALERTS })).map(({ title }) => title).join('\n');
      const listening = await titlesWith('notifications');
      expect(listening).toContain('Genesys queues');
      expect(listening).toContain('Genesys notification channels');
      expect(listening).toContain('Genesys notification host');
      expect(listening.match(/analytics:queueObservation:view/g)).toHaveLength(1);
      expect(await titlesWith('poll')).not.toContain('notification');
    },
  );

  it('reaches the host of a region’s notifications, which is another one than the API’s', async () => {
    bed = await createDoctorBed();
    const differences = {
      GENESYS_BASE_URL: 'https://api.no-such-region.invalid',
      CALL_ALERTS: 'notifications',
    };
    expect(await resultOf('genesys.event-host', differences)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/the name streaming\.no-such-region\.invalid is not known here/),
      cure: expect.stringContaining('GENESYS_REGION (or GENESYS_BASE_URL)'),
    });
  });

  it.each(['recording-jobs', 'conversations'] as const)(
    'finds nothing wrong where nothing is, by the contract %s',
    async (api) => {
      bed = await createDoctorBed({ genesys: { api } });
      const results = await bed.look({ ...(api === 'conversations' && { CALL_ALERTS: 'notifications' }) });
      expect(results.filter(({ ok }) => ok === false)).toEqual([]);
      expect(results.filter(({ ok }) => ok === null).map(({ id }) => id)).toEqual([
        'slack.alert-member',
        'slack.users',
        ...(api === 'conversations' ? ['genesys.event-host'] : []),
      ]);
      await bed.expectNothingChanged();
    },
  );

  it('skips what needs the thing that failed, and looks at all the rest', async () => {
    bed = await createDoctorBed();
    const results = await bed.look({ SLACK_BOT_TOKEN: 'xoxb-not-the-one' });
    const skipped = results.filter(({ detail }) => detail.startsWith('skipped'));
    expect(skipped.map(({ id }) => id)).toEqual([
      'slack.scopes',
      'clock.slack',
      'slack.alert-channel',
      'slack.alert-member',
      'slack.users',
    ]);
    expect(skipped[0]?.detail).toBe('skipped: it needs “Slack bot token”');
    expect(results.filter(({ ok }) => ok).map(({ id }) => id)).toContain('genesys.control');
  });

  it('sees channels, people and groups by name where the scopes allow', async () => {
    bed = await createDoctorBed({
      slack: { scopes: ['commands', 'chat:write', 'usergroups:read', 'channels:read', 'users:read'] },
    });
    const secret = bed.slack.addChannel({ name: 'secret', private: true });
    const group = bed.slack.addUserGroup({ id: 'S0LEADS', members: [bed.ada.id] });
    const results = await bed.look({
      RECORD_ALLOWED_USERGROUPS: group.id,
      RECORD_ALLOWED_CHANNELS: `${bed.alerts.id},${secret.id}`,
    });
    expect(Object.fromEntries(results.map(({ id, detail }) => [id, detail]))).toMatchObject({
      'slack.token': expect.stringContaining('@recordbot in Simulated Workspace'),
      'slack.scopes': expect.stringMatching(/groups:read not granted; the bot makes no use of users:read$/),
      'slack.alert-channel': `#call-alerts (${bed.alerts.id}) is there`,
      'slack.alert-member': 'it is in',
      'slack.user-groups': 'S0LEADS has 1 member',
      'slack.users': `${bed.ada.id} is @ada`,
      // What the scope does not show is asked for in the other way.
      'slack.channels': `#call-alerts (${bed.alerts.id}) is there, ${secret.id} is there`,
    });
    await bed.expectNothingChanged();
  });

  it('looks at the signing secret, and who reaches the bot, in HTTP mode and with a webhook', async () => {
    bed = await createDoctorBed({ mode: 'http' });
    const results = await bed.look({
      CALL_ALERTS: 'webhook',
      CALL_ALERT_WEBHOOK_SECRET: 'hush-hush-hush-hush',
    });
    expect(results.filter(({ ok }) => ok === false)).toEqual([]);
    const details = Object.fromEntries(results.map(({ id, detail }) => [id, detail]));
    expect(details).toMatchObject({
      'slack.signing-secret': expect.stringContaining('it is set'),
      'http.events': expect.stringMatching(
        /\/slack\/events on 127\.0\.0\.1:0 is reached by this machine alone/,
      ),
      webhook: expect.stringMatching(/a secret is set; \/alerts\/calls on 127/),
    });
    expect(bed.slack.count('apps.connections.open')).toBe(0);
  });

  it('says when Slack is ill, and not that something is set wrong', async () => {
    bed = await createDoctorBed();
    bed.slack.inject({ method: 'chat.getPermalink', fault: { kind: 'status', status: 503 } });
    expect(await resultOf('slack.alert-channel')).toMatchObject({
      ok: false,
      detail: 'Slack gives no answer to that just now.',
      cure: expect.stringContaining('slack-status.com'),
    });
  });

  it('passes on the word of Slack for a refusal that it does not know', async () => {
    bed = await createDoctorBed();
    bed.slack.inject({
      method: 'chat.getPermalink',
      fault: { kind: 'error', code: 'team_access_not_granted' },
    });
    expect((await resultOf('slack.alert-channel'))?.detail).toContain('team_access_not_granted');
  });

  it('warns when an OAuth client has hardly room for another notification channel', async () => {
    bed = await createDoctorBed({ genesys: { api: 'conversations' } });
    const { url, client } = bed.genesys;
    const { clientId, clientSecret } = client;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const login = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    for (let count = 0; count < 19; count += 1) {
      const headers = { authorization: `Bearer ${token}` };
      await fetch(`${url}/api/v2/notifications/channels`, { method: 'POST', headers });
    }
    const before = bed.genesys.notifications.channels;
    expect(await resultOf('genesys.notifications', { CALL_ALERTS: 'notifications' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('19 of 20 are open'),
      cure: expect.stringContaining('OAuth client of its own'),
    });
    expect(bed.genesys.notifications.channels).toEqual(before);
  });

  it.each([404, 405] as const)(
    'takes an organisation without snippets (%i) for what it is',
    async (withoutSnippet) => {
      bed = await createDoctorBed({ genesys: { api: 'conversations', withoutSnippet } });
      expect((await resultOf('genesys.control'))?.ok).toBe(true);
      await bed.expectNothingChanged();
    },
  );

  it.each([
    [90, false, /(89|90) s ahead of/],
    [-90, false, /(89|90) s behind/],
    [20, true, /(19|20) s ahead of .*: let NTP keep it/],
    [0, true, /agrees/],
  ])('tells a clock that is %i s off', async (seconds, ok, detail) => {
    bed = await createDoctorBed();
    const clock = { ...systemClock, now: () => Date.now() + seconds * 1_000 };
    const results = await bed.look({}, clock);
    for (const id of ['clock.slack', 'clock.genesys']) {
      expect(results.find((result) => result.id === id)).toMatchObject({
        ok,
        detail: expect.stringMatching(detail),
        cure: ok ? null : expect.stringContaining('NTP'),
      });
    }
  });
});

describe('the doctor and SQLite', () => {
  it.each(['', 'deeper/still'])('makes neither file nor folder (%s)', async (path) => {
    bed = await createDoctorBed();
    const dataDir = join(bed.dataDir, path);
    const before = await takeStock(dataDir);
    expect(await resultOf('database', { DATA_DIR: dataDir })).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/not there yet; no schema yet, and the first start makes it \d+$/),
    });
    expect(await takeStock(dataDir)).toEqual(before);
  });

  it('reads the version of the schema, and leaves every byte and time as it was', async () => {
    bed = await createDoctorBed();
    await migrateSqlite();
    const before = await takeStock(bed.dataDir);
    expect(await resultOf('database')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/; schema \d+$/),
    });
    expect(await takeStock(bed.dataDir)).toEqual(before);
  });

  it('refuses a schema from the future', async () => {
    bed = await createDoctorBed();
    await migrateSqlite('INSERT INTO schema_migrations (version, applied_at) VALUES (99, 0)');
    expect(await resultOf('database')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('schema 99'),
      cure: expect.stringContaining('newer version of the bot'),
    });
  });

  it('says how far behind an older schema is', async () => {
    bed = await createDoctorBed();
    await migrateSqlite('DELETE FROM schema_migrations WHERE version > 1');
    expect((await resultOf('database'))?.detail).toMatch(/schema 1, and the first start makes it \d+$/);
  });

  it('notes a bot that runs on it, and does not disturb it', async () => {
    bed = await createDoctorBed();
    const store = openStore({ dataDir: bed.dataDir }, { clock: systemClock, logger: createLogBook() });
    await store.migrate();
    const before = await takeStock(bed.dataDir);
    expect(await resultOf('database')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('a bot runs on it'),
    });
    expect(await takeStock(bed.dataDir)).toEqual(before);
    await store.ping();
    await store.close();
  });

  it('leaves the journal of a crash to the next start, and says that it has not looked into it', async () => {
    bed = await createDoctorBed();
    await migrateSqlite();
    await writeFile(join(bed.dataDir, 'recordings.db-wal'), 'not yet in the file');
    const before = await takeStock(bed.dataDir);
    expect(await resultOf('database')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/as of its last checkpoint; schema \d+$/),
    });
    expect(await takeStock(bed.dataDir)).toEqual(before);
  });

  it('does not take a file for empty whose tables are all in the journal', async () => {
    bed = await createDoctorBed();
    await writeFile(join(bed.dataDir, 'recordings.db'), '');
    await writeFile(join(bed.dataDir, 'recordings.db-wal'), 'all of it');
    expect((await resultOf('database'))?.detail).toMatch(/as of its last checkpoint$/);
  });
});

describePostgres('the doctor and Postgres', ({ url, schema, reset, run }) => {
  const urlOf = (options: string, user?: string): string => {
    const named = new URL(url);
    if (user !== undefined) named.username = user;
    named.searchParams.set('options', options);
    return named.href;
  };
  const tables = () =>
    run(`SELECT table_name FROM information_schema.tables WHERE table_schema = '${schema}' ORDER BY 1`);
  const look = async (options = '', user?: string) => {
    bed = await createDoctorBed();
    return resultOf('database', { DATABASE_URL: urlOf(`-c search_path=${schema} ${options}`, user) });
  };
  const migratePostgres = async () => {
    const store = openStore(
      { databaseUrl: url, schema, dataDir: '' },
      { clock: systemClock, logger: createLogBook() },
    );
    await store.migrate();
    await store.close();
  };

  it('finds an empty schema good enough, and leaves it empty', async () => {
    expect(await look()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(
        new RegExp(`^Postgres .*schema ${schema}; no schema yet, and the first start makes it \\d+$`),
      ),
    });
    expect(await tables()).toEqual([]);
  });

  it('reads the version of the schema that is there', async () => {
    await migratePostgres();
    expect((await look())?.detail).toMatch(/; schema \d+$/);
    await reset();
  });

  it('refuses a schema from the future', async () => {
    await migratePostgres();
    await run('INSERT INTO schema_migrations (version, applied_at) VALUES (99, 0)');
    expect(await look()).toMatchObject({ ok: false, detail: expect.stringContaining('schema 99') });
    await reset();
  });

  it('finds a server that only reads', async () => {
    expect(await look('-c default_transaction_read_only=on')).toMatchObject({
      ok: false,
      detail: 'The database can only be read.',
      cure: expect.stringContaining('primary'),
    });
  });

  it('finds a schema that is not there', async () => {
    bed = await createDoctorBed();
    const DATABASE_URL = urlOf('-c search_path=nowhere_at_all');
    expect(await resultOf('database', { DATABASE_URL })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('cannot create tables: no schema of its search path'),
    });
  });

  it('finds a user who may not create tables, or not write to those that are there', async () => {
    const reader = `reader_${schema}`;
    await run(`CREATE ROLE ${reader} LOGIN`);
    await run(`GRANT USAGE ON SCHEMA ${schema} TO ${reader}`);
    expect(await look('', reader)).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`user ${reader} cannot create tables`),
      cure: expect.stringContaining(`GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${reader};`),
    });
    await bed.finish();
    await migratePostgres();
    await run(`GRANT CREATE ON SCHEMA ${schema} TO ${reader}`);
    await run(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${reader}`);
    expect(await look('', reader)).toMatchObject({
      ok: false,
      detail: expect.stringContaining("may not write to the bot's tables"),
    });
    await run(`DROP OWNED BY ${reader}`);
    await run(`DROP ROLE ${reader}`);
    await reset();
  });
});
