import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/core/answer.js';
import { RecordError } from '../../src/core/errors.js';
import { renderAnswer } from '../../src/slack/answers.js';
import { renderError, renderOldButton, renderUnforeseen } from '../../src/slack/error-message.js';
import { buttonsOf, problemsOf, wordsOf } from '../support/slack-blocks.js';
import {
  anyAudit,
  anyCall,
  anyJob,
  anyText,
  askedAt,
  conversationId,
  drawnCall,
  drawnJob,
  jobId,
  stoppedJob,
} from '../support/slack-samples.js';
import { sampleAudit } from '../support/store-samples.js';

function render(answer: Answer) {
  const message = renderAnswer(answer, askedAt);
  if (message === null) throw new Error('no message');
  return message;
}
const say = (answer: Answer) => wordsOf(render(answer));
const call = (id: string) => ({ ...drawnCall(), conversationId: id });

describe('the answer to a start', () => {
  it('is the card alone when it has started', () => {
    expect(renderAnswer({ kind: 'started', job: drawnJob() }, askedAt)).toBeNull();
  });

  it('names the job, who asked for it and when, with a Stop button, if somebody was first', () => {
    const answer: Answer = { kind: 'already-recording', job: drawnJob() };
    expect(say(answer)).toMatch(
      /has a job already: `genesys-7` \(recording\)\. <@UADA> asked for it <!date\^/,
    );
    expect(buttonsOf(render(answer).blocks)).toMatchObject([{ label: 'Stop', value: jobId }]);
  });

  it('offers no Stop for what cannot be stopped yet', () => {
    const answer: Answer = { kind: 'already-recording', job: drawnJob({ state: 'starting' }) };
    expect(buttonsOf(render(answer).blocks)).toEqual([]);
  });

  it('says that a running recording was taken over', () => {
    const answer: Answer = { kind: 'adopted', job: drawnJob({ adopted: true }) };
    expect(say(answer)).toContain('recording that call already');
    expect(buttonsOf(render(answer).blocks)).toHaveLength(1);
  });

  it('says that nobody knows yet', () => {
    expect(say({ kind: 'start-pending', job: drawnJob({ state: 'starting' }) })).toContain('keeps looking');
  });
});

describe('the answer to a stop', () => {
  it('is one line', () => {
    expect(say({ kind: 'stopped', job: stoppedJob() })).toBe('Stopped `genesys-7` after 3 min 12 s.');
  });

  it('says that the bot repeats it', () => {
    expect(say({ kind: 'stop-pending', job: drawnJob({ state: 'stopping' }) })).toContain('repeats it until');
  });

  it('names who is stopping it already', () => {
    const job = drawnJob({ state: 'stopping', stoppedBy: { kind: 'person', userId: 'USAM' } });
    expect(say({ kind: 'already-stopping', job })).toBe('`genesys-7` is being stopped already by <@USAM>.');
  });

  it('says who finished it and when, and is no error', () => {
    const words = say({ kind: 'already-finished', job: stoppedJob() });
    expect(words).toMatch(/^`genesys-7` is already finished: stopped after 3 min 12 s by <@USAM>, <!date\^/);
    expect(words).not.toContain(':warning:');
    expect(say({ kind: 'already-finished', job: drawnJob({ state: 'failed' }) })).toContain('never ran');
    expect(say({ kind: 'already-finished', job: drawnJob({ state: 'ended' }) })).toContain('finished: ended');
  });
});

describe('lists', () => {
  const jobs = Array.from({ length: 57 }, (_, index) =>
    drawnJob({ id: `job-${index}`, genesysId: `g-${index}` }),
  );

  it('have a Stop button for each recording that can be stopped', () => {
    const list: Answer = {
      kind: 'list',
      jobs: [drawnJob(), drawnJob({ id: 'x', state: 'stopping' })],
      conversations: [],
      count: { total: 2, paused: 0 },
      complete: true,
    };
    expect(buttonsOf(render(list).blocks)).toMatchObject([
      { label: 'Stop', value: jobId, actionId: 'record_stop:0' },
    ]);
    expect(say(list)).toContain('2 recordings running');
  });

  it('say how many more there are than fill the screen', () => {
    const message = render({
      kind: 'list',
      jobs,
      conversations: [],
      count: { total: 1_000, paused: 0 },
      complete: true,
    });
    expect(wordsOf(message)).toContain('1000 recordings running');
    expect(wordsOf(message)).toContain('`g-19`');
    expect(wordsOf(message)).toContain('and 980 more. `/record status`');
    const many = wordsOf(
      render({ kind: 'list', jobs, conversations: [], count: { total: 1_000, paused: 0 }, complete: false }),
    );
    expect(many).toContain('1000 recordings running, and more');
    expect(many).toContain('and at least 980 more.');
    expect(new Set(buttonsOf(message.blocks).map(({ actionId }) => actionId)).size).toBe(20);
    expect(problemsOf(message)).toEqual([]);
  });

  it('say so when there is nothing', () => {
    expect(
      say({ kind: 'list', jobs: [], conversations: [], count: { total: 0, paused: 0 }, complete: true }),
    ).toContain('No recording is running');
    expect(say({ kind: 'calls', calls: [], complete: true })).toContain('No call is active');
  });

  it('of calls offer Start where nothing runs and Stop where something does', () => {
    const calls = [
      { call: call('c-1'), job: null },
      { call: call('c-2'), job: drawnJob() },
    ];
    const answer: Answer = { kind: 'calls', calls, complete: true };
    expect(buttonsOf(render(answer).blocks)).toMatchObject([
      { label: 'Start recording', value: 'c-1' },
      { label: 'Stop', value: jobId },
    ]);
    expect(say(answer)).toContain('Caller +15551234567 · Queue Billing');
  });

  it('of calls say when they are not complete, also when they are empty', () => {
    const partial = 'this list is not complete';
    expect(say({ kind: 'calls', calls: [{ call: call('c-1'), job: null }], complete: false })).toContain(
      partial,
    );
    expect(say({ kind: 'calls', calls: [], complete: false })).toContain(partial);
  });
});

describe('status', () => {
  it('tells who did what, in order', () => {
    const base = {
      id: 'a',
      conversationId,
      jobId,
      channelId: 'COPS',
      reason: null,
      code: null,
      reference: null,
    };
    const words = say({
      kind: 'status',
      job: drawnJob(),
      conversation: drawnCall(),
      audit: [
        {
          ...base,
          at: askedAt,
          actor: { kind: 'person', userId: 'UADA' },
          action: 'start',
          outcome: 'asked',
        },
        {
          ...base,
          at: askedAt,
          actor: { kind: 'bot' },
          action: 'stop',
          outcome: 'failed',
          code: 'UNAVAILABLE',
          reference: 'r',
        },
      ],
    });
    expect(words).toMatch(
      /<@UADA> asked for the recording in <#COPS>\n.*this bot could not stop the recording in <#COPS> \(UNAVAILABLE\), reference `r`/,
    );
  });

  it('tells the newest of a long history, and how much there is', () => {
    const audit = Array.from({ length: 80 }, (_, at) => sampleAudit({ at, reason: `reason ${at};` }));
    const words = say({ kind: 'status', job: drawnJob(), conversation: drawnCall(), audit });
    expect(words).toContain('(the last 30 of 80)');
    expect(words).toContain('reason 79;');
    expect(words).toContain('reason 50;');
    expect(words).not.toContain('reason 49;');
  });

  it('without a job tells how the bot is', () => {
    const alerts = { channelId: 'CALERTS', lastPollAt: askedAt, problem: 'Genesys is away' };
    const words = say({ kind: 'overview', overview: { unfinished: { total: 1, paused: 0 }, alerts } });
    expect(words).toContain('1 recording running.');
    expect(say({ kind: 'overview', overview: { unfinished: { total: 3, paused: 2 }, alerts } })).toContain(
      '3 recordings running (2 paused).',
    );
    expect(words).toContain('Call alerts go to <#CALERTS>');
    expect(words).toContain(':warning: Genesys is away');
    expect(
      say({ kind: 'overview', overview: { unfinished: { total: 0, paused: 0 }, alerts: null } }),
    ).toContain('switched off');
  });

  it.each([
    [null, 'asked for calls: another process of the bot does that, or none has yet.'],
    ['Genesys is away', 'asked for calls: not yet.'],
  ])(
    'says who may know when Genesys was last asked, if it does not itself (problem: %s)',
    (problem, words) => {
      const alerts = { channelId: 'CALERTS', lastPollAt: null, problem };
      expect(say({ kind: 'overview', overview: { unfinished: { total: 0, paused: 0 }, alerts } })).toContain(
        words,
      );
    },
  );
});

it('help shows every command with an example', () => {
  const words = say({ kind: 'help', canPause: true });
  for (const name of ['start', 'stop', 'pause', 'resume', 'status', 'list', 'calls', 'help']) {
    expect(words).toContain(`\`/record ${name}`);
  }
  expect(words).toContain('`/record` – a window with the active calls');
});

it('help says nothing of pausing where it cannot be done', () => {
  expect(say({ kind: 'help', canPause: false })).not.toMatch(/pause|resume/);
});

describe('an error', () => {
  it('says what happened, what to do, how long to wait, and the reference', () => {
    const error = new RecordError('RATE_LIMITED', 'Genesys is busy.', {
      cure: 'Wait.',
      reference: 'r-1',
      retryAfterMs: 1_200,
    });
    expect(wordsOf(renderError(error))).toBe(
      ':warning: *Genesys is busy.*\nWait.\nTry again in 2 s.\nReference `r-1`',
    );
  });

  it('of permission names who can', () => {
    const permitted = { users: ['UADA'], userGroups: ['SLEADS'], channels: ['COPS'] };
    const error = new RecordError('NOT_PERMITTED', 'You are not permitted.', { permitted });
    expect(wordsOf(renderError(error))).toContain(
      'Permitted: <@UADA>, the members of <!subteam^SLEADS>, everybody in <#COPS>.',
    );
    const nobody = new RecordError('NOT_PERMITTED', 'No.', {
      permitted: { users: [], userGroups: [], channels: [] },
    });
    expect(wordsOf(renderError(nobody))).toContain('RECORD_ALLOWED_USERS');
  });

  it('of permission counts whom it does not name', () => {
    const users = Array.from({ length: 14 }, (_, index) => `U${index}`);
    const error = new RecordError('NOT_PERMITTED', 'No.', {
      permitted: { users, userGroups: [], channels: [] },
    });
    expect(wordsOf(renderError(error))).toContain('<@U9> and 4 more.');
  });

  it('that nobody foresaw shows a reference and nothing else of it', () => {
    expect(wordsOf(renderUnforeseen('1a2b3c4d'))).toContain('Reference `1a2b3c4d`');
    expect(problemsOf(renderOldButton())).toEqual([]);
  });
});

it('whatever it holds, Slack takes the answer', () => {
  const anyRow = fc.record({
    call: fc.tuple(anyCall, anyText).map(([rest, id]) => ({ ...rest, conversationId: id })),
    job: fc.option(anyJob, { nil: null }),
  });
  const ofJob = fc.constantFrom(
    'adopted',
    'start-pending',
    'already-recording',
    'stopped',
    'stop-pending',
    'paused',
    'resumed',
    'pause-pending',
    'already-paused',
    'not-paused',
    'already-stopping',
    'already-finished',
  );
  const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
    fc.record({ kind: ofJob, job: anyJob }),
    fc.record({
      kind: fc.constant('status' as const),
      job: anyJob,
      conversation: anyCall,
      audit: fc.array(anyAudit, { maxLength: 80 }),
    }),
    fc.record({
      kind: fc.constant('list' as const),
      jobs: fc.array(anyJob, { maxLength: 70 }),
      conversations: fc.array(anyCall, { maxLength: 70 }),
      count: fc.record({ total: fc.nat(), paused: fc.nat() }),
      complete: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('calls' as const),
      calls: fc.array(anyRow, { maxLength: 70 }),
      complete: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      expect(problemsOf(render(answer))).toEqual([]);
    }),
  );
  fc.assert(
    fc.property(anyText, anyText, fc.array(anyText, { maxLength: 40 }), (message, cure, names) => {
      const permitted = { users: names, userGroups: names, channels: names };
      const error = new RecordError('NOT_PERMITTED', message, { cure, reference: cure, permitted });
      expect(problemsOf(renderError(error))).toEqual([]);
    }),
  );
});
