/** `npm run doctor`: the built process between both simulators. */
import { afterEach, describe, expect, it } from 'vitest';
import { createBotBed } from '../support/bot-bed.js';
import { createDoctorBed, type DoctorBed, runDoctor, takeStock } from '../support/doctor-bed.js';
import { doubts, failures } from '../support/doctor-failures.js';

let bed: DoctorBed;

afterEach(async () => {
  await bed?.finish();
});

/** One for each thing that it looks at: what is to be said of every failure is tested without a process. */
const oneOfEach = failures.filter(
  ({ check }, index) => failures.findIndex((each) => each.check === check) === index,
);

/** In none of what it writes. */
function expectNoSecrets({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  const written = stdout + stderr;
  const { slack, genesys } = bed;
  for (const secret of [
    slack.botToken,
    slack.appToken,
    slack.signingSecret,
    genesys.client.clientSecret,
    'hush',
  ]) {
    expect(written).not.toContain(secret);
  }
  // Genesys's tokens, and the tickets for Slack's sockets.
  expect(written).not.toMatch(/(?<![\w-])[\w-]{64}(?![\w-])/);
  expect(written).not.toContain('ticket');
}

describe('npm run doctor', () => {
  it.each(['recording-jobs', 'conversations'] as const)(
    'exits with 0 where nothing is wrong, and says what it looked at (%s)',
    async (api) => {
      bed = await createDoctorBed({ genesys: { api } });
      const done = await bed.run();
      expect(done).toMatchObject({ code: 0, stderr: '', left: [] });
      const lines = done.stdout.trimEnd().split('\n');
      expect(lines[0]).toBe('✓ Settings: all that is required is set, and nothing is malformed');
      expect(lines).toContain('✓ Slack bot token: it is @recordbot in Simulated Workspace (T0SIMTEAM1)');
      expect(lines.at(-1)).toMatch(
        /^Nothing is wrong \(\d+ passed\), but 2 things could not be seen: The bot in the channel .*; Slack users .*\.$/,
      );
      // No colours where nobody sees them.
      expect(done.stdout).not.toContain('\u001b');
      expectNoSecrets(done);
      await bed.expectNothingChanged();
      expect(await takeStock(bed.dataDir)).toEqual([]);
    },
  );

  it.each(oneOfEach)('exits with 1 for $what, and shows the line and its cure', async (failure) => {
    bed = await createDoctorBed(failure.bed);
    const differences = await failure.cause(bed);
    const before = await takeStock(bed.dataDir);
    const done = await bed.run(differences);
    expect(done).toMatchObject({ code: 1, stderr: '', left: [] });
    const lines = done.stdout.split('\n');
    const failed = lines.filter((line) => line.startsWith('✗'));
    expect(failed).toEqual([expect.stringMatching(failure.detail)]);
    expect(lines[lines.indexOf(failed[0] ?? '') + 1]).toMatch(failure.cure);
    expectNoSecrets(done);
    await bed.expectNothingChanged();
    expect(await takeStock(bed.dataDir)).toEqual(before);
  });

  it.each(doubts)('exits with 0 for $what, and names it in its last line', async (doubt) => {
    bed = await createDoctorBed(doubt.bed);
    const done = await bed.run(await doubt.cause(bed));
    expect(done).toMatchObject({ code: 0, stderr: '', left: [] });
    const lines = done.stdout.trimEnd().split('\n');
    const line = lines.find((each) => doubt.detail.test(each)) ?? '';
    expect(line).toMatch(/^– /);
    const title = line.slice(2, line.indexOf(': '));
    expect(lines.at(-1)).toMatch(/^Nothing is wrong \(\d+ passed\), but \d things? could not be seen: /);
    expect(lines.at(-1)).toContain(title);
    expectNoSecrets(done);
  });

  it('says that all is well where all of it could be seen', async () => {
    const scopes = ['commands', 'chat:write', 'usergroups:read', 'channels:read', 'users:read'];
    bed = await createDoctorBed({ slack: { scopes } });
    const { code, stdout } = await bed.run();
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^All is well: \d+ passed\.$/);
    expect(code).toBe(0);
  });

  it('finds a clock that is wrong', async () => {
    bed = await createDoctorBed();
    const wrongClock = 'data:text/javascript,const now=Date.now;Date.now=()=>now()+120000';
    const { code, stdout } = await bed.run({}, [], ['--import', wrongClock]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ Clock, by Slack: this machine's clock is (119|120) s ahead of Slack's\.\n {4}→ Let NTP/,
    );
    expect(stdout).toMatch(/✗ Clock, by Genesys/);
  });

  it('finds every setting that is wrong, and shows no value', async () => {
    bed = await createDoctorBed();
    const differences = {
      SLACK_BOT_TOKEN: 'hush-1',
      GENESYS_CLIENT_SECRET: 'hush 2',
      CALL_ALERT_CHANNEL: '#hush',
    };
    const done = await bed.run(differences);
    expect(done).toMatchObject({ code: 1, stderr: '', left: [] });
    for (const name of Object.keys(differences))
      expect(done.stdout).toMatch(new RegExp(`^✗ ${name}: is not`, 'm'));
    expect(done.stdout).toContain('– Everything else: skipped');
    expectNoSecrets(done);
    expect(bed.slack.journal).toEqual([]);
    expect(bed.genesys.journal).toEqual([]);
  });

  it('speaks JSON, and nothing else, with --json', async () => {
    bed = await createDoctorBed();
    bed.slack.setScopes(['commands']);
    const done = await bed.run({}, ['--json']);
    expect(done.code).toBe(1);
    const { ok, checks } = JSON.parse(done.stdout);
    expect(ok).toBe(false);
    const keys = ['id', 'title', 'ok', 'detail', 'cure'];
    for (const check of checks) expect(Object.keys(check)).toEqual(keys);
    expect(checks.filter((check: { ok: boolean | null }) => check.ok === false)).toEqual([
      expect.objectContaining({ id: 'slack.scopes', cure: expect.stringContaining('reinstall') }),
    ]);
    expectNoSecrets(done);
  });

  it('explains itself with --help, and refuses what it does not know', async () => {
    expect(await runDoctor({}, ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('npm run -s doctor -- --json'),
    });
    expect(await runDoctor({}, ['--fix'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no option --fix'),
    });
  });

  it('sees a bot at work on the same settings, and leaves it at work', async () => {
    const botBed = await createBotBed();
    try {
      await botBed.start();
      const PORT = new URL(botBed.bot.url).port;
      const { code, stdout } = await runDoctor({ ...botBed.env, PORT });
      expect(stdout).toMatch(/✓ Database: .*a bot runs on it/);
      expect(stdout).toContain(`– HTTP port: a bot answers on 127.0.0.1:${PORT} already`);
      expect(code).toBe(0);
      const room = botBed.channel('ops').id;
      const call = botBed.genesys.startCall();
      await botBed.record(`start ${call.id}`, room);
      await botBed.card(room, 'Recording');
    } finally {
      await botBed.finish();
    }
  });
});
