/** One person's view of the workspace, and what that person does there. */
import { useCallback, useMemo, useState } from 'react';
import type { GenesysView, SlackView, StageView } from '../page-model.js';
import type { InteractionResult } from '../slack/types.js';
import type { Names } from './block-kit.js';
import { Channel } from './channel.js';
import { GenesysPanel } from './genesys-panel.js';
import { ask } from './live.js';
import type { Line, MessageContext } from './message.js';
import { Modal } from './modal.js';
import { Sidebar } from './sidebar.js';
import { Thread } from './thread.js';
import { useUnread } from './unread.js';
import type { Action } from './wire.js';

interface WorkspaceProps {
  readonly slack: SlackView;
  readonly genesys: GenesysView;
  readonly stage: StageView;
  readonly connected: boolean;
}

export function Workspace({ slack, genesys, stage, connected }: WorkspaceProps) {
  const [userId, setUserId] = useState(stage.cast[0]?.id ?? '');
  const [channelId, setChannelId] = useState(slack.channels[0]?.id ?? '');
  const [threadTs, setThreadTs] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { users, channels, userGroups } = slack;
  const names = useMemo(() => namesOf({ users, channels, userGroups }), [users, channels, userGroups]);
  const unread = useUnread(slack, userId, channelId);
  const channel = slack.channels.find(({ id }) => id === channelId);
  const { roots, repliesOf } = useMemo(() => linesOf(slack, userId, channelId), [slack, userId, channelId]);
  const parent = roots.find(({ ts }) => ts === threadTs);
  const view = slack.views.filter((open) => open.userId === userId).at(-1);

  const run = useCallback((path: string, body: object = {}) => {
    setProblem(null);
    return ask(path, body).then(
      () => true,
      (error: Error) => {
        setProblem(error.message);
        return false;
      },
    );
  }, []);
  const click = (line: Line, action: Action) => {
    setProblem(null);
    ask('/api/click', { userId, channelId, messageTs: line.ts, ...action }).then(
      (result) =>
        setProblem(
          clickProblem(result as InteractionResult, names.users[slack.bot.userId] ?? slack.bot.name),
        ),
      (error: Error) => setProblem(error.message),
    );
  };
  const send = (text: string, thread?: string) =>
    run('/api/send', { userId, channelId, text, ...(thread === undefined ? {} : { threadTs: thread }) });
  const goTo = (id: string) => {
    setChannelId(id);
    setThreadTs(null);
    setProblem(null);
  };
  const context: MessageContext = { slack, stage, names, userId, onAction: click, onThread: setThreadTs };
  if (!channel) return null;
  return (
    <div className={`workspace ${parent ? 'with-thread' : ''}`}>
      <Sidebar
        slack={slack}
        stage={stage}
        connected={connected}
        userId={userId}
        channelId={channelId}
        unread={unread}
        onChannel={goTo}
        onUser={setUserId}
      />
      <Channel
        channel={channel}
        lines={roots}
        repliesOf={repliesOf}
        context={context}
        genesys={genesys}
        problem={problem}
        onSend={send}
      />
      {parent && (
        <Thread
          key={parent.ts}
          parent={parent}
          replies={repliesOf(parent.ts)}
          channelName={channel.name}
          context={context}
          problem={problem}
          onSend={(text) => send(text, parent.ts)}
          onClose={() => setThreadTs(null)}
        />
      )}
      <GenesysPanel slack={slack} genesys={genesys} stage={stage} run={run} />
      {view && (
        <Modal
          key={view.id}
          open={view}
          names={names}
          busy={slack.pending.some(({ kind, userId: who }) => kind === 'view' && who === userId)}
          onAction={(action) => void run('/api/click-in-view', { userId, ...action })}
          onSubmit={(values) => void run('/api/submit-view', { userId, values })}
          onClose={() => void run('/api/close-view', { userId })}
        />
      )}
    </div>
  );
}

function namesOf({
  users,
  channels,
  userGroups,
}: Pick<SlackView, 'users' | 'channels' | 'userGroups'>): Names {
  return {
    users: Object.fromEntries(users.map(({ id, realName }) => [id, realName])),
    channels: Object.fromEntries(channels.map(({ id, name }) => [id, name])),
    userGroups: Object.fromEntries(userGroups.map(({ id, handle }) => [id, handle])),
  };
}

/** What this person sees of the channel: everybody's messages and the ones for this person alone. */
function linesOf({ messages, ephemerals }: SlackView, userId: string, channelId: string) {
  const own = ephemerals.filter((line) => line.userId === userId);
  const lines: readonly Line[] = [...messages, ...own]
    .filter((line) => line.channelId === channelId)
    .sort((a, b) => a.postedAt - b.postedAt || Number(a.ts) - Number(b.ts));
  const replies = new Map<string, Line[]>();
  for (const line of lines) {
    if (line.threadTs !== null) replies.set(line.threadTs, [...(replies.get(line.threadTs) ?? []), line]);
  }
  return {
    roots: lines.filter(({ threadTs }) => threadTs === null),
    repliesOf: (ts: string): readonly Line[] => replies.get(ts) ?? [],
  };
}

/** What Slack shows beside a button whose click was not acked. */
const clickProblem = ({ error }: InteractionResult, bot: string): string | null =>
  error === null ? null : `${bot} did not respond to that click (${error}).`;
