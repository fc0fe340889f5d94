import type { GenesysView } from '../page-model.js';
import type { SimulatedChannel } from '../slack/types.js';
import { Composer } from './composer.js';
import type { Line, MessageContext } from './message.js';
import { MessageList } from './message-list.js';

interface ChannelProps {
  readonly channel: SimulatedChannel;
  readonly lines: readonly Line[];
  readonly repliesOf: (ts: string) => readonly Line[];
  readonly context: MessageContext;
  readonly genesys: GenesysView;
  readonly problem: string | null;
  readonly onSend: (text: string) => Promise<boolean>;
}

export function Channel({ channel, lines, repliesOf, context, genesys, problem, onSend }: ChannelProps) {
  const { slack, stage, userId } = context;
  const sending = slack.pending.some(({ kind, userId: who }) => kind === 'command' && who === userId);
  return (
    <main className="channel-pane" aria-label={`Channel ${channel.name}`}>
      <header>
        <div>
          <h1>
            <span className="hash" aria-hidden>
              #
            </span>
            {channel.name}
          </h1>
          <span className="topic">{stage.topics[channel.id]}</span>
        </div>
        <span className={`bot-in ${channel.botIn ? 'yes' : 'no'}`}>
          {channel.botIn ? `${channel.members.length} members, with the bot` : 'The bot is not in here'}
        </span>
      </header>
      <MessageList
        key={channel.id}
        lines={lines}
        context={context}
        repliesOf={repliesOf}
        label={`Messages in ${channel.name}`}
        empty={
          <p className="empty">
            This is the very beginning of <strong>#{channel.name}</strong>.
          </p>
        }
      />
      <Composer
        key={`${channel.id}${userId}`}
        label={`Message #${channel.name}`}
        placeholder={`Message #${channel.name}`}
        testId="composer"
        genesys={genesys}
        sending={sending}
        problem={problem}
        onSend={onSend}
      />
    </main>
  );
}
