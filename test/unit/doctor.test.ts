/** The doctor's own rules: order, bounds, words. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RecordError } from '../../src/core/errors.js';
import { type Check, type CheckResult, failed, passed, runChecks, unseen } from '../../src/doctor/check.js';
import { judgeSkew, skewOf } from '../../src/doctor/clock-skew.js';
import { isWell, toJson, toLine, toSummary } from '../../src/doctor/report.js';
import { checkSettings } from '../../src/doctor/settings.js';
import { groupScope, judgeScopes, neededScopes, optionalScopes } from '../../src/doctor/slack-scopes.js';
import { createManualClock, settle } from '../support/genesys-bed.js';

const check = (id: string, look: Check['look'], needs: readonly string[] = []): Check => ({
  id,
  title: `Title of ${id}`,
  needs,
  atStart: 'shows',
  look,
});

async function collect(results: AsyncIterable<CheckResult>): Promise<readonly CheckResult[]> {
  const all: CheckResult[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const run = (checks: readonly Check[]) => collect(runChecks(checks, { clock: createManualClock() }));

describe('running checks', () => {
  it('gives the results in the order of the list, whichever is done first', async () => {
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const results = await run([
      check('slow', () => slow.then(() => passed('late'))),
      check('quick', async () => {
        finish();
        return passed('soon');
      }),
    ]);
    expect(results.map(({ id, ok }) => [id, ok])).toEqual([
      ['slow', true],
      ['quick', true],
    ]);
  });

  it('skips what needs a check that failed, was skipped or could not be seen, and names that one', async () => {
    const results = await run([
      check('a', async () => failed('bad', 'mend it')),
      check('b', async () => passed('fine'), ['a']),
      check('c', async () => passed('fine'), ['b']),
      check('d', async () => unseen('dark')),
      check('e', async () => passed('fine'), ['d']),
      check('f', async () => passed('fine'), ['nobody knows this one']),
    ]);
    expect(results.map(({ ok, detail }) => [ok, detail])).toEqual([
      [false, 'bad'],
      [null, 'skipped: it needs “Title of a”'],
      [null, 'skipped: it needs “Title of b”'],
      [null, 'dark'],
      [null, 'skipped: it needs “Title of d”'],
      [true, 'fine'],
    ]);
  });

  it('gives up a check that hangs, and tells it so', async () => {
    const clock = createManualClock();
    let told = false;
    const hangs = check('hangs', (signal) => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return new Promise(() => {});
    });
    const results = collect(runChecks([hangs], { clock, checkMs: 5_000 }));
    await clock.advance(4_999);
    expect(told).toBe(false);
    await clock.advance(1);
    expect(await results).toEqual([expect.objectContaining({ ok: false, detail: 'no result within 5 s.' })]);
    expect(told).toBe(true);
  });

  it('ends within its bound however many checks hang one after the other', async () => {
    const clock = createManualClock();
    const hang = () => new Promise<never>(() => {});
    const lasts = (ms: number) => () => clock.sleep(ms).then(() => passed('done'));
    const checks = [check('a', lasts(9_000)), check('b', lasts(9_000), ['a']), check('c', hang, ['b'])];
    let ended = false;
    const results = collect(runChecks(checks, { clock, checkMs: 10_000, totalMs: 20_000 })).finally(() => {
      ended = true;
    });
    await clock.advance(19_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    await settle();
    expect(ended).toBe(true);
    expect((await results).map(({ ok }) => ok)).toEqual([true, true, false]);
  });

  it('takes an error for a bad finding, with its cure and its reference', async () => {
    const options = { cure: 'Grant it.', reference: 'abc' };
    const [result] = await run([
      check('a', async () => {
        throw new RecordError('GENESYS_REFUSED', 'It lacks something.', options);
      }),
    ]);
    expect(result).toMatchObject({
      ok: false,
      detail: 'It lacks something. (reference abc)',
      cure: 'Grant it.',
    });
  });

  it('owns up to a bug of its own, without the secrets in its message', async () => {
    const [result] = await run([
      check('a', async () => {
        throw new TypeError('no such thing: xoxb-1-hush');
      }),
    ]);
    expect(result?.detail).toContain('the check itself failed: no such thing');
    expect(result?.detail).not.toContain('hush');
    expect(result?.cure).toContain('report');
  });
});

describe('the report', () => {
  const good: CheckResult = { id: 'a', title: 'A', ok: true, detail: 'fine', cure: null };
  const bad: CheckResult = { id: 'b', title: 'B', ok: false, detail: 'bad.', cure: 'Mend it.' };
  const dark: CheckResult = { id: 'c', title: 'C', ok: null, detail: 'dark', cure: null };

  it('gives each result a line, and what is wrong its cure', () => {
    expect([good, bad, dark].map((result) => toLine(result, false))).toEqual([
      '✓ A: fine',
      '✗ B: bad.\n    → Mend it.',
      '– C: dark',
    ]);
  });

  it('colours the mark alone', () => {
    expect(toLine(bad, true)).toBe('\u001b[31m✗\u001b[0m B: bad.\n    → Mend it.');
  });

  it('lets what could not be seen stand in nobody’s way, and what is wrong in everybody’s', () => {
    expect(isWell([good, dark])).toBe(true);
    expect(isWell([good, bad])).toBe(false);
    expect(toSummary([good, bad])).toBe('Not ready: 1 passed, 1 failed.');
    expect(toSummary([good, bad, dark])).toBe('Not ready: 1 passed, 1 failed, 1 not seen.');
  });

  it('says that all is well only where all was seen, and names what was not', () => {
    expect(toSummary([good])).toBe('All is well: 1 passed.');
    expect(toSummary([good, dark])).toBe('Nothing is wrong (1 passed), but 1 thing could not be seen: C.');
    const other = { ...dark, title: 'D' };
    expect(toSummary([good, dark, other])).toBe(
      'Nothing is wrong (1 passed), but 2 things could not be seen: C; D.',
    );
  });

  it('is one object for programs', () => {
    expect(JSON.parse(toJson([good, bad]))).toEqual({ ok: false, checks: [good, bad] });
  });
});

describe('the clocks of others', () => {
  const noon = Date.UTC(2026, 10, 24, 12);
  const atNoon = new Date(noon).toUTCString();

  it.each([
    [noon, noon, 0],
    [noon + 999, noon + 999, 0],
    [noon + 2_999, noon + 2_999, -2_000],
    [noon - 3_000, noon - 2_000, 2_000],
    [noon - 5_000, noon + 5_000, 0],
  ])('count only what the way of the answer does not explain', (sentAt, receivedAt, skew) => {
    expect(skewOf(atNoon, sentAt, receivedAt)).toBe(skew);
  });

  it('are unknown without a date that can be read', () => {
    expect(skewOf(null, noon, noon)).toBeNull();
    expect(skewOf('half past', noon, noon)).toBeNull();
    expect(judgeSkew(null, 'Slack')).toEqual({ ok: null, detail: 'the answers of Slack hold no date' });
  });

  it.each([
    [60_000, true],
    [60_001, false],
    [-60_001, false],
  ])('are wrong beyond a minute (%i ms)', (skew, ok) => {
    expect(judgeSkew(skew, 'Slack').ok).toBe(ok);
  });
});

describe('the scopes', () => {
  const manifest = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8');

  it('are those of manifest.yml, the optional ones included', () => {
    expect([...neededScopes, groupScope].sort()).toEqual([...parse(manifest).oauth_config.scopes.bot].sort());
    const optional = manifest.match(/(?<=^\s+# - )\S+:\S+$/gm);
    expect([...optionalScopes]).toEqual(optional);
  });

  it('need not hold what no setting asks for', () => {
    expect(judgeScopes(['commands', 'chat:write'], false).ok).toBe(true);
    expect(judgeScopes(['commands', 'chat:write'], true)).toMatchObject({
      ok: false,
      detail: 'usergroups:read is missing.',
    });
    expect(judgeScopes([], false).detail).toBe('commands, chat:write are missing.');
  });

  it('are unknown when Slack does not say', () => {
    expect(judgeScopes(null, false).ok).toBeNull();
  });

  it('are no more than the bot uses, or it says so', () => {
    const all = [...neededScopes, groupScope, ...optionalScopes];
    expect(judgeScopes(all, true).detail).toBe('commands, chat:write, usergroups:read');
    expect(judgeScopes([...all, 'files:read'], true).detail).toMatch(/makes no use of files:read$/);
  });
});

describe('the settings', () => {
  it('give each problem a result of its own, and skip the rest', () => {
    const { config, results } = checkSettings({ SLACK_BOT_TOKEN: 'hush', PORT: 'hush' });
    expect(config).toBeNull();
    expect(results.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['settings.SLACK_BOT_TOKEN', 'settings.PORT', 'settings.GENESYS_CLIENT_ID']),
    );
    expect(results.find(({ title }) => title === 'PORT')).toEqual({
      id: 'settings.PORT',
      title: 'PORT',
      ok: false,
      detail: 'is not valid: it takes a whole number from 0 to 65535.',
      cure: expect.stringContaining('.env.example'),
    });
    expect(results.at(-1)).toMatchObject({ ok: null, detail: expect.stringContaining('skipped') });
    expect(JSON.stringify(results)).not.toContain('hush');
  });
});
