import type { GenesysView, SlackView, StageView } from '../page-model.js';

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

/** Five things to try; each is ticked when it has happened. */
export function Guide(props: GuideProps) {
  const steps = readSteps(props);
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

function readSteps({ slack, genesys, stage }: GuideProps): readonly Step[] {
  const strangers = stage.cast.filter(({ may }) => !may).map(({ id }) => id);
  const outside = slack.channels.find(({ botIn }) => !botIn)?.id;
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
