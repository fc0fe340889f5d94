import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobState, RecordingJob } from '../../src/core/model.js';
import { renderCard, withInviteHint } from '../../src/slack/cards.js';
import { askerIn, renderLostChannel } from '../../src/slack/lost-channel.js';
import {
  isStillTrue,
  renderExtended,
  renderOver,
  renderOverPause,
  renderOverWarning,
  renderReply,
  renderResumed,
} from '../../src/slack/replies.js';
import { buttonsOf, problemsOf, wordsOf } from '../support/slack-blocks.js';
import {
  anyCall,
  anyJob,
  anyTime,
  askedAt,
  conversationId,
  drawnCall,
  drawnJob,
  jobId,
  stoppedJob,
} from '../support/slack-samples.js';

const jobCard = { jobId };
const alertCard = { jobId: null };
const lostCard = {
  id: 'card-1',
  channelId: 'COPS',
  ts: null,
  conversationId,
  jobId,
  drawnVersion: 0,
  attemptedAt: null,
  revived: false,
};
const draw = (
  job: RecordingJob | null,
  {
    card = jobCard,
    call = drawnCall(),
    openChannel = false,
    now = askedAt + 1_000,
  }: {
    card?: { jobId: string | null };
    call?: ReturnType<typeof drawnCall>;
    openChannel?: boolean;
    now?: number;
  } = {},
) => renderCard({ card, conversation: call, job }, { openChannel, now });
const labels = (...args: Parameters<typeof draw>) =>
  buttonsOf(draw(...args).blocks).map(({ label }) => label);

describe('a card of a recording', () => {
  it('says the state, the job, the conversation, who asked, and by when it ends', () => {
    const words = wordsOf(draw(drawnJob({ startReason: 'complaint' })));
    expect(words).toContain(':red_circle: *Recording*');
    expect(words).toContain('Job `genesys-7`');
    expect(words).toContain(`Conversation \`${conversationId}\``);
    expect(words).toContain(
      'Asked for by <@UADA> · <!date^1768469400^{date_short_pretty} {time}|2026-01-15 09:30 UTC>',
    );
    expect(words).toContain('Reason: complaint');
    expect(words).toContain(`Ends by <!date^${(askedAt + 3_600_000) / 1000}^`);
    expect(words).toContain(':telephone_receiver: *Call in progress*');
  });

  it('shows the bot’s own id while Genesys has named none', () => {
    expect(wordsOf(draw(drawnJob({ genesysId: null, state: 'starting' })))).toContain(`Job \`${jobId}\``);
  });

  it.each<[JobState, string]>([
    ['starting', ':hourglass_flowing_sand: *Starting…*'],
    ['recording', ':red_circle: *Recording*'],
    ['paused', ':double_vertical_bar: *PAUSED – nothing is being recorded*'],
    ['stopping', ':hourglass_flowing_sand: *Stopping…*'],
    ['stopped', ':black_square_for_stop: *Recording stopped*'],
    ['ended', ':black_square_for_stop: *Recording ended*'],
    ['failed', ':warning: *Recording failed*'],
  ])('says “%s” in words', (state, headline) => {
    expect(wordsOf(draw(drawnJob({ state })))).toContain(headline);
  });

  it('says the outcome of a stop: how long, who, and why', () => {
    const words = wordsOf(draw(stoppedJob({ stopReason: 'resolved <!channel>' })));
    expect(words).toContain('Stopped after 3 min 12 s by <@USAM>');
    expect(words).toContain('Reason for the stop: resolved &lt;!channel&gt;');
    expect(words).not.toContain('Ends by');
  });

  it('says that it ran before the bot knew of it', () => {
    expect(wordsOf(draw(drawnJob({ adopted: true })))).toContain('it was already running');
    const found = wordsOf(draw(drawnJob({ adopted: true, startedBy: { kind: 'genesys' } })));
    expect(found).toContain('Started outside this bot');
    expect(wordsOf(draw(stoppedJob({ adopted: true })))).toContain('after at least 3 min 12 s');
  });

  it('says what went wrong, what to do, and the reference', () => {
    const failure = {
      code: 'GENESYS_REFUSED',
      message: 'Genesys refused it.',
      cure: 'Grant it.',
      reference: 'ref-1',
    };
    const words = wordsOf(draw(drawnJob({ state: 'failed', failure })));
    expect(words).toContain(':warning: Genesys refused it.\nGrant it.\nReference `ref-1`');
  });

  it('says that the bot keeps trying, only when it does', () => {
    const stopping = { state: 'stopping', retryAt: askedAt } as const;
    expect(wordsOf(draw(drawnJob({ ...stopping, retries: 1 })))).toContain('The bot tries again by itself.');
    expect(wordsOf(draw(drawnJob({ ...stopping, retries: 0 })))).not.toContain('tries again');
    expect(wordsOf(draw(stoppedJob({ retryAt: askedAt, retries: 1 })))).not.toContain('tries again');
  });

  it('has a text of its own for notifications and screen readers', () => {
    expect(draw(drawnJob()).text).toBe(`Recording: job \`genesys-7\` of conversation \`${conversationId}\``);
    expect(draw(null, { card: alertCard }).text).toBe(`Call in progress: conversation \`${conversationId}\``);
  });
});

describe('what a card tells about the time', () => {
  const minute = 60_000;
  const tenMinutes = drawnJob({ recordingSince: askedAt, deadlineAt: askedAt + 10 * minute });
  const at = (job: RecordingJob, now: number) => wordsOf(draw(job, { now }));

  it.each([
    [0, '▱▱▱▱▱▱▱▱▱▱ 0 of 10 min'],
    [3 * minute, '▰▰▰▱▱▱▱▱▱▱ 3 of 10 min'],
    [10 * minute - 1, '▰▰▰▰▰▰▰▰▰▱ 9 of 10 min'],
  ])('after %d ms of ten minutes: %s', (passedMs, bar) => {
    expect(at(tenMinutes, askedAt + passedMs)).toContain(`\n${bar}\nEnds by `);
  });

  it('counts a short recording in seconds, and one that is a moment late to start as whole', () => {
    const job = drawnJob({ recordingSince: askedAt + 300, deadlineAt: askedAt + minute });
    expect(at(job, askedAt + 15_300)).toContain('▰▰▱▱▱▱▱▱▱▱ 15 of 60 s');
  });

  it('shows no bar before a clock that is behind has come to its beginning, nor without a deadline', () => {
    expect(at(tenMinutes, askedAt - minute)).toContain('▱▱▱▱▱▱▱▱▱▱ 0 of 10 min');
    expect(at(drawnJob({ deadlineAt: null }), askedAt)).not.toMatch(/[▰▱]/);
    expect(at(stoppedJob(), askedAt)).not.toMatch(/[▰▱]/);
  });

  it.each(['recording', 'stopping'] as const)(
    'says that one still “%s” is overdue, and since when',
    (state) => {
      const words = at({ ...tenMinutes, state }, askedAt + 10 * minute);
      expect(words).toContain(`:warning: Overdue since <!date^${(askedAt + 10 * minute) / 1000}^`);
      expect(words).toContain('Genesys has not confirmed the stop yet');
      expect(words).not.toMatch(/Ends by|[▰▱]/);
    },
  );

  it('calls nothing overdue that is over, or not yet', () => {
    expect(at(stoppedJob(), Number.MAX_SAFE_INTEGER)).not.toContain('Overdue');
    expect(at({ ...tenMinutes, state: 'stopping' }, askedAt)).not.toMatch(/Overdue|Ends by/);
  });
});

describe('what a card tells about the call', () => {
  it.each<JobState>(['stopped', 'ended', 'failed'])(
    'is true also after the call has ended, when the card of a job “%s” is not drawn again',
    (state) => {
      const job = drawnJob({ state });
      const during = draw(job);
      expect(wordsOf(during)).not.toMatch(/Call in progress|Call ended/);
      expect(draw(job, { call: drawnCall({ endedAt: askedAt }) })).toEqual(during);
    },
  );

  it.each<JobState>(['starting', 'recording', 'paused', 'stopping'])(
    'says whether it goes on while the job is “%s”',
    (state) => {
      const call = drawnCall({ endedAt: askedAt });
      expect(wordsOf(draw(drawnJob({ state })))).toContain('*Call in progress*');
      expect(wordsOf(draw(drawnJob({ state }), { call }))).toContain('*Call ended*');
    },
  );

  it('says whether it goes on, on a call alert, whatever became of the job', () => {
    const call = drawnCall({ endedAt: askedAt });
    expect(wordsOf(draw(stoppedJob(), { card: alertCard }))).toContain('*Call in progress*');
    expect(wordsOf(draw(stoppedJob(), { card: alertCard, call }))).toContain('*Call ended*');
  });

  it('masks the caller to the last three digits', () => {
    const words = wordsOf(draw(drawnJob()));
    expect(words).toContain('Caller •••567');
    expect(words).not.toContain('1555');
    expect(words).toContain('Queue Billing\nAgent Bo Lindqvist\nSince <!date^');
  });

  it('shows the whole number where everybody is permitted', () => {
    expect(wordsOf(draw(drawnJob(), { openChannel: true }))).toContain('Caller +15551234567');
  });

  it.each(['ann@example.com', '4711', 'Ann 15551234567', '', 'anonymous'])(
    'hides %j altogether',
    (caller) => {
      expect(wordsOf(draw(drawnJob(), { call: drawnCall({ caller }) }))).toContain('Caller hidden');
    },
  );

  it('leaves out what is not known', () => {
    const call = drawnCall({ caller: null, queue: null, agent: null, startedAt: null });
    expect(wordsOf(draw(null, { card: alertCard, call }))).not.toMatch(/Caller|Queue|Agent|Since|null/);
  });
});

describe('whether the call goes on', () => {
  const ended = drawnCall({ endedAt: askedAt });

  it.each<JobState>(['stopped', 'ended', 'failed'])(
    'is not told by the card of a job “%s”, which is not redrawn when the call ends',
    (state) => {
      const job = drawnJob({ state });
      expect(wordsOf(draw(job))).toBe(wordsOf(draw(job, { call: ended })));
      expect(wordsOf(draw(job))).not.toContain('Call in progress');
    },
  );

  it('is told by the card of a running recording, and by a call alert after it', () => {
    expect(wordsOf(draw(drawnJob()))).toContain('*Call in progress*');
    expect(wordsOf(draw(stoppedJob(), { card: alertCard }))).toContain('*Call in progress*');
    expect(wordsOf(draw(stoppedJob(), { card: alertCard, call: ended }))).toContain('*Call ended*');
  });
});

describe('the buttons of a card', () => {
  it('stop what is recorded, by the bot’s own id', () => {
    expect(buttonsOf(draw(drawnJob()).blocks)).toEqual([
      { label: 'Stop', actionId: 'record_stop', value: jobId, style: 'danger' },
    ]);
  });

  it('start a call that is not recorded, from its alert', () => {
    expect(buttonsOf(draw(null, { card: alertCard }).blocks)).toEqual([
      { label: 'Start recording', actionId: 'record_start', value: conversationId, style: undefined },
    ]);
  });

  it.each<[JobState, string[]]>([
    ['starting', []],
    ['recording', ['Stop']],
    ['paused', ['Stop']],
    ['stopping', []],
    ['stopped', ['Start recording']],
    ['ended', ['Start recording']],
    ['failed', ['Start recording']],
  ])('on a call alert that shows a job “%s”: %j', (state, expected) => {
    expect(labels(drawnJob({ state }), { card: alertCard })).toEqual(expected);
  });

  it.each<JobState>(['stopped', 'ended', 'failed'])('are none on the card of a job “%s”', (state) => {
    expect(labels(drawnJob({ state }))).toEqual([]);
  });

  it('are none when the call is over', () => {
    const call = drawnCall({ endedAt: askedAt });
    expect(labels(null, { card: alertCard, call })).toEqual([]);
    expect(labels(stoppedJob(), { card: alertCard, call })).toEqual([]);
    expect(wordsOf(draw(null, { card: alertCard, call }))).toContain('*Call ended*');
  });
});

describe('the reply under a card', () => {
  it('says how long was recorded, who stopped it, and why', () => {
    const words = wordsOf(renderReply({ kind: 'finished', job: stoppedJob({ stopReason: 'resolved' }) }));
    expect(words).toContain('Recording stopped');
    expect(words).toContain('Stopped after 3 min 12 s by <@USAM>');
    expect(words).toContain('Reason: resolved');
  });

  it('says that the recording ended by itself', () => {
    const job = drawnJob({ state: 'ended', finishedAt: askedAt + 61_000 });
    expect(wordsOf(renderReply({ kind: 'finished', job }))).toContain('Ended after 1 min: the call is over');
  });
});

describe('the end of a recording that somebody wanted to stop', () => {
  it('names who asked, though it was over before', () => {
    const stoppedBy = { kind: 'person', userId: 'USAM' } as const;
    const job = drawnJob({ state: 'ended', finishedAt: askedAt + 61_000, stoppedBy });
    expect(wordsOf(draw(job))).toContain('stopped outside this bot, when <@USAM> asked to stop it');
    expect(wordsOf(draw({ ...job, stoppedBy: { kind: 'bot' } }))).not.toContain('asked to stop it');
  });
});

describe('the warning before the end', () => {
  const job = drawnJob();

  it('says when it ends, calls the one who asked, and offers more time', () => {
    const warning = renderReply({ kind: 'warning', job });
    expect(wordsOf(warning)).toContain(
      `This recording ends in a minute: <!date^${(askedAt + 3_600_000) / 1000}^`,
    );
    expect(wordsOf(warning)).toContain('Asked for by <@UADA>');
    expect(buttonsOf(warning.blocks)).toEqual([
      { label: '+10 min', actionId: 'record_extend', value: jobId, style: undefined },
      { label: 'Stop', actionId: 'record_stop', value: jobId, style: 'danger' },
    ]);
  });

  it.each<[string, Partial<RecordingJob>, number, boolean]>([
    ['while it records', {}, askedAt, true],
    ['not once it is being stopped', { state: 'stopping' }, askedAt, false],
    ['not once it is over', { state: 'ended' }, askedAt, false],
    ['not without a deadline', { deadlineAt: null }, askedAt, false],
    ['not after the time itself', {}, askedAt + 3_600_000, false],
  ])('is sent %s', (_, change, now, sent) => {
    const warning = { kind: 'warning', isOver: false, job: { ...job, ...change } } as const;
    expect(isStillTrue(warning, now)).toBe(sent);
    expect(isStillTrue({ ...warning, isOver: true }, now)).toBe(false);
  });

  it('gives way to who extended it and until when', () => {
    expect(wordsOf(renderExtended(job, 'USAM'))).toContain('Extended by <@USAM> to <!date^');
    expect(buttonsOf(renderOverWarning(job).blocks)).toEqual([]);
  });

  it('says without a click what it would have said after one', () => {
    const extendedBy = { kind: 'person', userId: 'USAM' } as const;
    expect(renderOver({ kind: 'warning', job, extendedBy })).toEqual(renderExtended(job, 'USAM'));
    expect(renderOver({ kind: 'warning', job, extendedBy: null })).toEqual(renderOverWarning(job));
  });
});

describe('when a channel is lost', () => {
  it('the one who asked there is told why, and how the recording stands', () => {
    const words = wordsOf(renderLostChannel(lostCard, drawnJob(), 'is_archived', askedAt));
    expect(words).toContain('I cannot write into <#COPS>: the channel is archived.');
    expect(words).toContain(':red_circle: *Recording*');
    expect(words).toContain('Job `genesys-7`');
  });

  it.each<[string, Partial<RecordingJob>, string | null]>([
    ['the starter, in the channel of the start', {}, 'UADA'],
    ['the starter also after another’s stop', { stoppedBy: { kind: 'person', userId: 'USAM' } }, 'UADA'],
    [
      'the stopper, in the channel of the stop',
      { channelId: 'COTHER', stoppedBy: { kind: 'person', userId: 'USAM' } },
      'USAM',
    ],
    ['the starter, if the bot stopped it', { channelId: 'COTHER', stoppedBy: { kind: 'bot' } }, 'UADA'],
    ['nobody, if nobody asked', { channelId: null, startedBy: { kind: 'genesys' } }, null],
  ])('it is %s', (_, change, userId) => {
    expect(askerIn(lostCard, drawnJob(change))).toBe(userId);
  });
});

it('a card in a channel that the bot is not in says how to change that', () => {
  expect(wordsOf(withInviteHint(draw(drawnJob()), 'UBOT'))).toContain('Invite me with `/invite` <@UBOT>');
});

it('whatever the rows hold, Slack takes the card and the reply', () => {
  fc.assert(
    fc.property(
      anyCall,
      fc.option(anyJob, { nil: null }),
      fc.boolean(),
      fc.boolean(),
      anyTime,
      fc.constantFrom('finished', 'warning', 'pause-warning'),
      (call, job, openChannel, alert, now, kind) => {
        const card = alert || job === null ? alertCard : { jobId: job.id };
        expect(problemsOf(renderCard({ card, conversation: call, job }, { openChannel, now }))).toEqual([]);
        if (job === null) return;
        expect(problemsOf(renderReply({ kind, job }))).toEqual([]);
        expect(problemsOf(renderExtended(job, job.id))).toEqual([]);
        expect(problemsOf(renderOverWarning(job))).toEqual([]);
        expect(problemsOf(renderResumed(job.id))).toEqual([]);
        expect(problemsOf(renderOverPause())).toEqual([]);
        expect(problemsOf(renderLostChannel(lostCard, job, 'is_archived', now))).toEqual([]);
      },
    ),
  );
});
