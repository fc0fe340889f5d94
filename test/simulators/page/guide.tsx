import { useRef } from 'react';
import type { GenesysView, SlackView, StageView } from '../page-model.js';
import { isHeld } from './call-state.js';

interface GuideProps {
  readonly slack: SlackView;
  readonly genesys: GenesysView;
  readonly stage: StageView;
}

interface Step {
  readonly done: boolean;
  readonly what: string;
  readonly outcome: string;
}

/** A few things to try; each is ticked when it has happened, and stays so. */
export function Guide(props: GuideProps) {
  const happened = useRef(new Set<string>());
  const steps = readSteps(props).map((step) => {
    if (step.done) happened.current.add(step.what);
    return { ...step, done: happened.current.has(step.what) };
  });
  const left = steps.filter(({ done }) => !done).length;
  return (
    <details className="guide" open>
      <summary>
        Try this
        <span className="faint">{left === 0 ? 'all done' : `${steps.length - left} of ${steps.length}`}</span>
      </summary>
      <ol>
        {steps.map(({ done, what, outcome }) => (
          <li key={what} className={done ? 'done' : ''}>
            <span className="tick" aria-hidden />
            <span>
              {what} <span className="faint">{outcome}</span>
              {done && <span className="visually-hidden"> (done)</span>}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function readSteps(props: GuideProps): readonly Step[] {
  const { genesys } = props;
  const first = genesys.api === 'conversations' ? pauseSteps(props) : [];
  return [...first, ...recordingSteps(props, first.length > 0), ...everywhereSteps(props)];
}

function pauseSteps({ genesys }: GuideProps): readonly Step[] {
  return [
    {
      done: genesys.counts.pause > 0 && genesys.counts.resume > 0,
      what: 'Press Pause on a call that is recorded by policy, then Resume.',
      outcome: 'Its card says so loudly, and until when.',
    },
    {
      done: genesys.calls.some((call) => call.policyRecording && isHeld(call)),
      what: 'Put such a call on hold, below.',
      outcome: 'That is no pause, and its card says so.',
    },
  ];
}

function recordingSteps({ genesys }: GuideProps, short: boolean): readonly Step[] {
  if (short) {
    return [
      {
        done: genesys.counts.start > 0 && genesys.counts.stop > 0,
        what: 'Press Start recording on another call, then Stop.',
        outcome: 'The result stands in the card and its thread.',
      },
    ];
  }
  return [
    {
      done: genesys.counts.start > 0,
      what: 'Press Start recording on a call in #call-alerts.',
      outcome: 'Its card shows the job id.',
    },
    {
      done: genesys.counts.stop > 0,
      what: 'Press Stop.',
      outcome: 'The result stands in the card and its thread.',
    },
  ];
}

function everywhereSteps({ slack, genesys, stage }: GuideProps): readonly Step[] {
  const strangers = stage.cast.filter(({ may }) => !may).map(({ id }) => id);
  const outside = slack.channels.find(({ botIn }) => !botIn)?.id;
  return [
    {
      done: slack.messages.some(
        ({ source, channelId }) => source === 'response_url' && channelId === outside,
      ),
      what: 'In #quality type /record start and pick a call.',
      outcome: 'The bot is not in there, and answers.',
    },
    {
      done: slack.ephemerals.some(({ userId, from }) => from === 'bot' && strangers.includes(userId)),
      what: 'Become Kim and press a button.',
      outcome: 'Kim is told who may.',
    },
    {
      done: genesys.disturbed,
      what: 'Make Genesys misbehave, below, and start a recording.',
      outcome: 'Every failure is explained.',
    },
  ];
}
