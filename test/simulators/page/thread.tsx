import { Composer } from './composer.js';
import type { Line, MessageContext } from './message.js';
import { MessageList } from './message-list.js';

interface ThreadProps {
  readonly parent: Line;
  readonly replies: readonly Line[];
  readonly channelName: string;
  readonly context: MessageContext;
  readonly problem: string | null;
  readonly onSend: (text: string) => Promise<boolean>;
  readonly onClose: () => void;
}

export function Thread({ parent, replies, channelName, context, problem, onSend, onClose }: ThreadProps) {
  return (
    <aside className="thread" aria-label="Thread" data-testid="thread">
      <header>
        <div>
          <h1>Thread</h1>
          <span className="faint">#{channelName}</span>
        </div>
        <button type="button" className="close" onClick={onClose} aria-label="Close thread">
          ×
        </button>
      </header>
      <MessageList lines={[parent, ...replies]} context={context} inThread label="Messages in the thread" />
      <Composer
        label="Reply in the thread"
        placeholder="Reply…"
        testId="thread-composer"
        genesys={null}
        sending={false}
        problem={problem}
        onSend={onSend}
      />
    </aside>
  );
}
