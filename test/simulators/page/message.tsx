/** One message, as Slack shows it. */
import type { ReactNode } from 'react';
import type { PageMessage, SlackView, StageView } from '../page-model.js';
import type { EphemeralMessage } from '../slack/types.js';
import { Avatar, colourOf } from './avatar.js';
import { BlockKit, type Names } from './block-kit.js';
import { clockTime, slackDate } from './slack-date.js';
import type { Action } from './wire.js';

export type Line = PageMessage | EphemeralMessage;

const isEphemeral = (line: Line): line is EphemeralMessage => 'from' in line;

export interface MessageContext {
  readonly slack: SlackView;
  readonly stage: StageView;
  readonly names: Names;
  readonly userId: string;
  readonly onAction: (line: Line, action: Action) => void;
  readonly onThread: (ts: string) => void;
}

interface MessageItemProps {
  readonly line: Line;
  readonly context: MessageContext;
  /** Replies in its thread, oldest first; none are shown below it inside a thread. */
  readonly replies?: readonly Line[];
  readonly inThread?: boolean;
}

export function MessageItem({ line, context, replies = [], inThread = false }: MessageItemProps) {
  const ephemeral = isEphemeral(line);
  const author = authorOf(line, context);
  return (
    <article
      className={`message ${ephemeral ? 'ephemeral' : ''}`}
      data-testid={ephemeral ? 'ephemeral' : 'message'}
      data-ts={line.ts}
      aria-label={`${author.name}: ${line.text.slice(0, 120)}`}
    >
      {ephemeral && (
        <p className="only-you">
          <EyeIcon />
          Only visible to you
        </p>
      )}
      <Avatar name={author.name} colour={author.colour} kind={author.kind} />
      <div className="body">
        <Head line={line} name={author.name} isApp={author.kind === 'bot'} />
        <BlockKit
          id={inThread ? `thread.${line.ts}` : line.ts}
          text={line.text}
          blocks={line.blocks}
          names={context.names}
          busy={busyOn(line, context)}
          onAction={(action) => context.onAction(line, action)}
        />
        {line.editedAt !== null && <span className="edited">(edited)</span>}
        {!inThread && replies.length > 0 && (
          <ThreadLink replies={replies} context={context} onOpen={() => context.onThread(line.ts)} />
        )}
      </div>
      {!ephemeral && !inThread && (
        <div className="hover-actions">
          <button type="button" onClick={() => context.onThread(line.ts)} aria-label="Reply in thread">
            <ReplyIcon />
          </button>
        </div>
      )}
    </article>
  );
}

function Head({ line, name, isApp }: { line: Line; name: string; isApp: boolean }): ReactNode {
  const full = slackDate(line.postedAt / 1_000, '{date_long} {time_secs}', '');
  return (
    <header>
      <strong>{name}</strong>
      {isApp && <span className="app-badge">APP</span>}
      <time dateTime={new Date(line.postedAt).toISOString()} title={full}>
        {clockTime(line.postedAt)}
      </time>
    </header>
  );
}

interface ThreadLinkProps {
  readonly replies: readonly Line[];
  readonly context: MessageContext;
  readonly onOpen: () => void;
}

function ThreadLink({ replies, context, onOpen }: ThreadLinkProps) {
  const last = replies.at(-1);
  const authors = [...new Map(replies.map((reply) => [authorOf(reply, context).name, reply])).values()];
  return (
    <button type="button" className="thread-link" data-testid="thread-link" onClick={onOpen}>
      {authors.slice(0, 3).map((reply) => {
        const author = authorOf(reply, context);
        return (
          <Avatar
            key={author.name}
            name={author.name}
            colour={author.colour}
            kind={author.kind}
            size="small"
          />
        );
      })}
      <span className="count">{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</span>
      {last && (
        <span className="faint">
          Last reply {slackDate(last.postedAt / 1_000, '{date_short_pretty} {time}', '')}
        </span>
      )}
    </button>
  );
}

interface Author {
  readonly name: string;
  readonly kind: 'person' | 'bot' | 'slackbot';
  readonly colour: string | undefined;
}

function authorOf(line: Line, { slack, stage, names }: MessageContext): Author {
  if (isEphemeral(line) && line.from === 'slackbot')
    return { name: 'Slackbot', kind: 'slackbot', colour: undefined };
  if (isEphemeral(line) || line.fromBot)
    return { name: names.users[slack.bot.userId] ?? slack.bot.name, kind: 'bot', colour: undefined };
  return {
    name: names.users[line.userId] ?? line.userId,
    kind: 'person',
    colour: colourOf(stage.cast, line.userId),
  };
}

/** The buttons of this message that wait for their ack, as `blockId/actionId`. */
const busyOn = (line: Line, { slack, userId }: MessageContext): readonly string[] =>
  slack.pending
    .filter(({ kind, messageTs, userId: who }) => kind === 'click' && messageTs === line.ts && who === userId)
    .map(({ blockId, actionId }) => `${blockId ?? ''}/${actionId ?? ''}`);

const EyeIcon = () => (
  <svg viewBox="0 0 20 20" aria-hidden className="icon">
    <path
      d="M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
    />
    <circle cx="10" cy="10" r="2.6" fill="currentColor" />
  </svg>
);

const ReplyIcon = () => (
  <svg viewBox="0 0 20 20" aria-hidden className="icon">
    <path
      d="M3 4.5h14v9H9.5L6 16.5v-3H3z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinejoin="round"
    />
  </svg>
);
