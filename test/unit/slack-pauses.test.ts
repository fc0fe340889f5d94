/** Pauses, and what Genesys records by the organisation's policy, in everything that a person sees. */
import { describe, expect, it } from 'vitest';
import type { Answer, CallRow } from '../../src/core/answer.js';
import type { Actor, Conversation, PolicyRecording, RecordingJob } from '../../src/core/model.js';
import { renderAnswer } from '../../src/slack/answers.js';
import type { Message } from '../../src/slack/blocks.js';
import { renderCard } from '../../src/slack/cards.js';
import { renderPicker } from '../../src/slack/picker-view.js';
import {
  isStillTrue,
  renderOver,
  renderOverPause,
  renderReply,
  renderResumed,
} from '../../src/slack/replies.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';
import {
  askedAt,
  conversationId,
  drawnCall,
  drawnJob,
  jobId,
  pausedJob,
  policyJob,
  stoppedJob,
} from '../support/slack-samples.js';
import { sampleAudit } from '../support/store-samples.js';

const pausedAt = askedAt + 60_000;
const pauseEndsAt = askedAt + 660_000;
const paused = 'PAUSED – nothing is being recorded';
const seconds = (ms: number) => `<!date^${ms / 1_000}^`;

const ada: Actor = { kind: 'person', userId: 'UADA' };
const genesys: Actor = { kind: 'genesys' };

interface Drawing {
  readonly call?: Partial<Conversation>;
  readonly alert?: boolean;
  readonly now?: number;
}
const draw = (job: RecordingJob | null, { call = {}, alert = job === null, now = pausedAt }: Drawing = {}) =>
  renderCard(
    { card: { jobId: alert ? null : jobId }, conversation: drawnCall(call), job },
    { openChannel: false, now },
  );
const say = (...args: Parameters<typeof draw>) => wordsOf(draw(...args));
const buttons = ({ blocks }: Message) => buttonsOf(blocks).map(({ label, value }) => [label, value]);

function answer(given: Answer): Message {
  const message = renderAnswer(given, pausedAt);
  if (message === null) throw new Error('no message');
  return message;
}

const pick = (calls: readonly CallRow[]) =>
  renderPicker({ id: 'p', channelId: 'C1' }, { notice: null, calls: { calls, complete: true } });

describe('the card of what a policy records', () => {
  it('says so, offers Pause, and no Stop', () => {
    const card = draw(policyJob());
    expect(wordsOf(card)).toContain('*Recording*');
    expect(wordsOf(card)).toContain('Recorded by Genesys’s own policy');
    expect(wordsOf(card)).not.toMatch(/outside this bot|Ends by|paused/i);
    expect(buttons(card)).toEqual([['Pause', jobId]]);
  });

  it('says that it ended with the call, since nothing else can end it', () => {
    const words = say(policyJob({ state: 'ended', finishedAt: askedAt + 61_000 }));
    expect(words).toContain('Ended after at least 1 min: the call is over ·');
    expect(words).not.toContain('stopped outside');
  });

  it('says that nothing is recorded while the call is on hold, which is no pause', () => {
    const card = draw(policyJob(), { call: { policyRecording: 'held' } });
    expect(wordsOf(card)).toContain('On hold: nothing is recorded until the call is taken up again');
    expect(wordsOf(card)).toContain('*Not recording just now*');
    expect(card.text).toContain('Not recording just now');
    expect(wordsOf(card)).not.toMatch(/paused|\*Recording\*/i);
    expect(buttons(card)).toEqual([['Pause', jobId]]);
  });

  it('tells a pause from a hold, also of a call that is both', () => {
    const words = say(pausedJob(), { call: { policyRecording: 'held' } });
    expect(words).toContain(paused);
    expect(words).not.toContain('On hold');
  });

  it('is not that of a recording that somebody began, whatever the policy does beside it', () => {
    const card = draw(drawnJob({ recordingType: 'snippet' }), { call: { policyRecording: 'held' } });
    expect(wordsOf(card)).toContain('*Recording*');
    expect(wordsOf(card)).not.toContain('policy');
    expect(buttons(card)).toEqual([['Stop', jobId]]);
  });
});

describe('the card of a pause', () => {
  it('says loudly that nothing is recorded, who paused it, since when, and until when', () => {
    const card = draw(pausedJob());
    expect(wordsOf(card)).toMatch(/^:double_vertical_bar: \*PAUSED – nothing is being recorded\*\n/);
    expect(wordsOf(card)).toContain(`Paused by <@USAM> · since ${seconds(pausedAt)}`);
    expect(wordsOf(card)).toContain(`The bot resumes it ${seconds(pauseEndsAt)}`);
    expect(card.text).toContain(paused);
    expect(buttons(card)).toEqual([['Resume', jobId]]);
  });

  it('made elsewhere says that the bot does not end it', () => {
    const words = say(pausedJob({ pausedBy: genesys, pauseEndsAt: null }));
    expect(words).toContain('Paused outside this bot (for instance on the agent’s screen) · since');
    expect(words).toContain('this bot does not resume it by itself');
    expect(words).not.toContain('The bot resumes it');
  });

  it.each([
    [pauseEndsAt - 1, false],
    [pauseEndsAt, true],
  ])('at %d: overdue is %s', (now, overdue) => {
    const words = say(pausedJob(), { now });
    const warning = `:warning: Should have been resumed ${seconds(pauseEndsAt)}`;
    expect(words.includes(warning)).toBe(overdue);
    expect(words.includes('Genesys has not confirmed it yet')).toBe(overdue);
    expect(words.includes('The bot resumes it')).toBe(!overdue);
  });

  it.each([
    ['pause', policyJob, 'Pausing… <@UADA> asked for it'],
    ['resume', pausedJob, 'Resuming… <@UADA> asked for it'],
  ] as const)('on its way (%s) says who asked, and hides the button', (pending, sample, words) => {
    const card = draw(sample({ pending, pendingBy: ada }));
    expect(wordsOf(card)).toContain(`:hourglass_flowing_sand: ${words}`);
    expect(buttons(card)).toEqual([]);
    expect(say(sample({ pending, pendingBy: { kind: 'bot' } }))).toContain('… this bot asked for it');
  });

  it.each([
    ['pause', policyJob, 'Resume'],
    ['resume', pausedJob, 'Pause'],
  ] as const)('that Genesys does not answer at once (%s) offers the opposite', (pending, sample, label) => {
    const card = draw(sample({ pending, pendingBy: ada, retries: 1 }));
    expect(buttons(card)).toEqual([[label, jobId]]);
  });

  it.each([
    [
      'pause',
      'Pausing – the call may still be recorded',
      'in place of the resumption that this bot had asked for',
    ],
    [
      'resume',
      'Resuming – perhaps nothing is recorded yet',
      'in place of the pause that this bot had asked for',
    ],
  ] as const)('in the place of the opposite order (%s) claims neither', (pending, words, instead) => {
    const order = { pending, pendingBy: ada, overtook: { kind: 'bot' } } as const;
    const card = draw(policyJob(order), { call: { policyRecording: 'held' } });
    expect(wordsOf(card)).toMatch(`:hourglass_flowing_sand: *${words}*`);
    expect(wordsOf(card)).toContain(`<@UADA> asked for it, ${instead}`);
    expect(wordsOf(card)).not.toMatch(/\*Recording\*|PAUSED|Not recording/);
  });
});

describe('a recording that its call has outlived', () => {
  const ended = { state: 'ended', finishedAt: pausedAt, callWentOn: true } as const;

  it('by policy is recorded no more, for whatever reason', () => {
    expect(say(policyJob(ended))).toContain('Genesys recorded this call no more');
    expect(say(policyJob(ended))).not.toContain('the call is over');
    expect(say(policyJob({ ...ended, callWentOn: false }))).toContain('the call is over');
  });

  it('begun by somebody says what may have become of it, and how to go on', () => {
    const words = say(drawnJob(ended));
    expect(words).toContain('it went with the agent’s part in the call, or was stopped outside this bot');
    expect(words).toContain(`If the call goes on: \`/record start ${conversationId}\` records the rest`);
    expect(words).not.toContain('the call is over');
    expect(wordsOf(renderReply({ kind: 'finished', job: drawnJob(ended) }))).toContain('records the rest');
  });
});

describe('a call alert without a recording in the books', () => {
  it.each<[PolicyRecording | null, string | null, string[][]]>([
    ['active', 'Genesys records this call by the organisation’s policy', [['Pause', conversationId]]],
    ['paused', 'PAUSED outside this bot – nothing is being recorded', [['Resume', conversationId]]],
    ['held', 'Not recorded just now: on hold or in a queue that suppresses recording', []],
    ['none', null, [['Start recording', conversationId]]],
    [null, null, [['Start recording', conversationId]]],
  ])('of a call whose policy recording is %j', (policyRecording, words, expected) => {
    const card = draw(null, { call: { policyRecording } });
    if (words) expect(wordsOf(card)).toContain(words);
    else expect(wordsOf(card)).not.toMatch(/policy|paused|recorded/i);
    expect(buttons(card)).toEqual(expected);
  });

  it('that is paused says since when the bot has seen it so', () => {
    const words = say(null, { call: { policyRecording: 'paused', policySince: pausedAt } });
    expect(words).toContain(
      `PAUSED outside this bot – nothing is being recorded* · seen paused since ${seconds(pausedAt)}`,
    );
    expect(say(null, { call: { policyRecording: 'paused' } })).not.toContain('since');
  });

  it('calls a hold no pause', () => {
    expect(say(null, { call: { policyRecording: 'held' } })).not.toMatch(/pause/i);
  });

  it('says nothing of recording once the call is over', () => {
    const card = draw(null, { call: { policyRecording: 'active', endedAt: askedAt } });
    expect(wordsOf(card)).not.toContain('policy');
    expect(buttons(card)).toEqual([]);
  });

  it('says again what the policy does when another recording of the call is over', () => {
    const card = draw(stoppedJob(), { alert: true, call: { policyRecording: 'active' } });
    expect(wordsOf(card)).toContain('*Recording stopped*');
    expect(wordsOf(card)).toContain('Genesys records this call by the organisation’s policy');
    expect(buttons(card)).toEqual([['Pause', conversationId]]);
  });
});

describe('the answer', () => {
  const sentence = (given: Answer) => wordsOf(answer(given));
  const name = `\`${jobId}\``;

  it('to a pause says that nothing is recorded, and until when', () => {
    const words = sentence({ kind: 'paused', job: pausedJob() });
    expect(words).toContain(`Paused ${name}: nothing is recorded until it is resumed`);
    expect(words).toContain(`by the bot itself ${seconds(pauseEndsAt)}`);
  });

  it('to a resumption is one line', () => {
    expect(sentence({ kind: 'resumed', job: policyJob() })).toBe(`Resumed ${name}: its pause is over.`);
  });

  it.each([
    [
      'pause',
      policyJob,
      /^Not paused yet: the call may still be recorded\. .* repeats the pause of .* until it is done; before a card number is said/,
    ],
    [
      'resume',
      pausedJob,
      /^Not resumed yet: perhaps nothing is recorded\. .* repeats the resumption of .* until it is done/,
    ],
  ] as const)('to a %s that Genesys does not answer says what holds meanwhile', (pending, sample, words) => {
    expect(sentence({ kind: 'pause-pending', job: sample({ pending }) })).toMatch(words);
  });

  it('to a pause in the place of a resumption that is on its way says what comes next', () => {
    const order = { pending: 'pause', pendingBy: ada, overtook: genesys } as const;
    const words = sentence({ kind: 'pause-pending', job: policyJob(order) });
    expect(words).toContain('Not paused yet: the call may still be recorded. The opposite is on its way');
    expect(words).toMatch(/right after it; before a card number is said, wait for “PAUSED” on the card\.$/);
    expect(words).not.toContain('not answering');
  });

  it('to an order that Genesys has not done yet says why', () => {
    const failure = { code: 'UNAVAILABLE', message: 'Genesys sleeps.', cure: null, reference: null };
    const words = sentence({ kind: 'pause-pending', job: policyJob({ pending: 'pause', failure }) });
    expect(words).toContain(`Genesys sleeps. The bot repeats the pause of ${name} until it is done`);
  });

  it('to the second of two people says who was first', () => {
    const first = answer({ kind: 'already-paused', job: pausedJob() });
    expect(wordsOf(first)).toContain(`${name} is paused already since ${seconds(pausedAt)}`);
    expect(wordsOf(first)).toMatch(/ by <@USAM>\.$/);
    expect(buttons(first)).toEqual([['Resume', jobId]]);
    const pausing = policyJob({ pending: 'pause', pendingBy: ada });
    expect(sentence({ kind: 'already-paused', job: pausing })).toBe(
      `${name} is being paused already by <@UADA>.`,
    );
    const resuming = pausedJob({ pending: 'resume', pendingBy: ada });
    expect(sentence({ kind: 'not-paused', job: resuming })).toBe(
      `${name} is being resumed already by <@UADA>.`,
    );
    expect(sentence({ kind: 'not-paused', job: policyJob() })).toBe(`${name} is not paused.`);
  });

  it.each(['adopted', 'already-recording'] as const)(
    'to a start (%s) says that a policy’s recording cannot be stopped, and offers Pause',
    (kind) => {
      const message = answer({ kind, job: policyJob() });
      expect(wordsOf(message)).toMatch(/organisation’s policy.* nobody can stop/);
      expect(buttons(message)).toEqual([['Pause', jobId]]);
    },
  );

  it('to a start says that the policy’s recording is paused now, and offers Resume', () => {
    const message = answer({ kind: 'adopted', job: pausedJob() });
    expect(wordsOf(message)).toContain('it is paused now, and can be resumed');
    expect(wordsOf(message)).not.toContain('can be paused');
    expect(buttons(message)).toEqual([['Resume', jobId]]);
  });

  it('to a start with a duration says that it does not hold', () => {
    const words = sentence({ kind: 'adopted', job: policyJob(), droppedMs: 600_000 });
    expect(words).toMatch(/It ends with the call, and not after 10 min\.$/);
    expect(sentence({ kind: 'adopted', job: policyJob() })).not.toContain('not after');
  });
});

describe('lists', () => {
  const list = (jobs: readonly RecordingJob[], conversations: readonly Conversation[] = []) => {
    const count = { total: jobs.length, paused: jobs.filter(({ state }) => state === 'paused').length };
    return answer({ kind: 'list', jobs, conversations, count, complete: true });
  };

  it('of recordings have the button that each of them allows, and show pauses', () => {
    const jobs = [drawnJob(), policyJob(), pausedJob(), policyJob({ pending: 'pause' })];
    const message = list(jobs);
    expect(buttonsOf(message.blocks).map(({ label, actionId }) => [label, actionId])).toEqual([
      ['Stop', 'record_stop:0'],
      ['Pause', 'record_pause:1'],
      ['Resume', 'record_resume:2'],
    ]);
    expect(wordsOf(message)).toContain('*4 recordings running (1 paused)*');
    expect(wordsOf(message)).toContain(paused);
  });

  it('of recordings say where each is from, and who has paused it', () => {
    const theirs = drawnJob({ startedBy: genesys });
    const jobs = [drawnJob(), theirs, policyJob(), pausedJob(), pausedJob({ pausedBy: genesys })];
    const message = list(jobs);
    expect(message.blocks.slice(1).map((block) => wordsOf({ blocks: [block] }))).toEqual([
      expect.stringContaining('Asked for by <@UADA>'),
      expect.stringContaining('Started outside this bot; found'),
      expect.stringMatching(/Recorded by Genesys’s own policy$/m),
      expect.stringMatching(/own policy\nPaused by <@USAM> · since/),
      expect.stringMatching(/own policy\nPaused outside this bot/),
    ]);
  });

  it.each([
    ['of calls', (calls: readonly CallRow[]) => answer({ kind: 'calls', calls, complete: true })],
    ['of the picker', (calls: readonly CallRow[]) => pick(calls)],
  ])('%s say who has paused a recording, and since when', (_, show) => {
    const words = wordsOf(show([{ call: { ...drawnCall(), conversationId }, job: pausedJob() }]));
    expect(words).toContain(paused);
    expect(words).toContain(`Paused by <@USAM> · since ${seconds(pausedAt)}`);
  });

  it('of recordings say of which nothing is recorded just now, because the call is on hold', () => {
    const jobs = [policyJob(), policyJob({ id: 'other', conversationId: 'other' })];
    const conversations = [drawnCall({ id: 'other', policyRecording: 'held' })];
    const { blocks } = list(jobs, conversations);
    const rows = blocks.map((block) => JSON.stringify(block));
    expect(rows[1]).toContain('*Recording*');
    expect(rows[2]).toContain('*Not recording just now*');
  });

  it('of calls say what the policy does, and tell a hold from a pause', () => {
    const row = (policyRecording: PolicyRecording | null, job: RecordingJob | null = null): CallRow => ({
      call: { ...drawnCall({ policyRecording }), conversationId: `c-${policyRecording}` },
      job,
    });
    const calls = [row('active'), row('paused'), row('held'), row('none'), row('held', policyJob())];
    const message = answer({ kind: 'calls', calls, complete: true });
    expect(buttons(message)).toEqual([
      ['Pause', 'c-active'],
      ['Resume', 'c-paused'],
      ['Start recording', 'c-none'],
      ['Pause', jobId],
    ]);
    const rows = message.blocks.slice(1).map((block) => wordsOf({ blocks: [block] }));
    expect(rows).toEqual([
      expect.stringContaining('by the organisation’s policy'),
      expect.stringContaining('PAUSED outside this bot'),
      expect.stringContaining('Not recorded just now: on hold'),
      expect.stringContaining(':telephone_receiver: Not recorded\n'),
      expect.stringContaining('*Not recording just now*'),
    ]);
  });
});

describe('status', () => {
  const status = (job: RecordingJob, call: Partial<Conversation> = {}, audit = [sampleAudit()]) =>
    answer({ kind: 'status', job, conversation: drawnCall(call), audit });

  it('says why a policy’s recording has no Stop', () => {
    const message = status(policyJob());
    expect(wordsOf(message)).toContain('Nobody can stop what the organisation’s policy records');
    expect(buttons(message)).toEqual([['Pause', jobId]]);
    const ended = policyJob({ state: 'ended', finishedAt: askedAt });
    expect(wordsOf(status(ended))).not.toContain('Nobody can stop');
  });

  it('tells a pause from a hold', () => {
    expect(wordsOf(status(pausedJob()))).toContain(paused);
    expect(wordsOf(status(policyJob(), { policyRecording: 'held' }))).toContain(
      'On hold: nothing is recorded',
    );
  });

  it('tells who paused and resumed it, in order', () => {
    const audit = [
      sampleAudit({ action: 'pause', outcome: 'asked' }),
      sampleAudit({ action: 'pause', outcome: 'done' }),
      sampleAudit({ action: 'resume', outcome: 'failed', actor: { kind: 'bot' } }),
      sampleAudit({ action: 'resume', outcome: 'refused' }),
    ];
    expect(wordsOf(status(policyJob(), {}, audit))).toMatch(
      /U1.* asked to pause[\s\S]*paused the recording[\s\S]*this bot could not resume[\s\S]*refused the resumption/,
    );
  });
});

describe('the warning before a pause ends', () => {
  const job = pausedJob({ warnedFor: pauseEndsAt });

  it('says since when, by whom, and when the bot resumes it, and offers Resume alone', () => {
    const warning = renderReply({ kind: 'pause-warning', job });
    expect(wordsOf(warning)).toContain(`This recording is paused since ${seconds(pausedAt)}`);
    expect(wordsOf(warning)).toContain(`the bot resumes it in a minute: ${seconds(pauseEndsAt)}`);
    expect(wordsOf(warning)).toContain('Paused by <@USAM>');
    expect(buttons(warning)).toEqual([['Resume', jobId]]);
  });

  it.each<[string, Partial<RecordingJob>, number, boolean]>([
    ['while it is paused', {}, pausedAt, true],
    ['not once it is resumed', { pauseEndsAt: null }, pausedAt, false],
    ['not while it is being resumed', { pending: 'resume' }, pausedAt, false],
    ['not after the time itself', {}, pauseEndsAt, false],
  ])('is sent %s', (_, change, now, sent) => {
    expect(isStillTrue({ kind: 'pause-warning', isOver: false, job: { ...job, ...change } }, now)).toBe(sent);
  });

  it('is not sent of a pause that is over', () => {
    expect(isStillTrue({ kind: 'pause-warning', isOver: true, job }, pausedAt)).toBe(false);
  });

  it('gives way to who resumed it', () => {
    expect(wordsOf(renderResumed('UADA'))).toContain('Resumed by <@UADA>');
    expect(buttons(renderOverPause())).toEqual([]);
    expect(renderOver({ kind: 'pause-warning', job, extendedBy: null })).toEqual(renderOverPause());
  });
});
