import type { SlackView, StageView } from '../page-model.js';
import { Avatar } from './avatar.js';

interface SidebarProps {
  readonly slack: SlackView;
  readonly stage: StageView;
  readonly connected: boolean;
  readonly userId: string;
  readonly channelId: string;
  readonly unread: (channelId: string) => number;
  readonly onChannel: (channelId: string) => void;
  readonly onUser: (userId: string) => void;
}

export function Sidebar(props: SidebarProps) {
  const { slack, stage } = props;
  const bot = slack.users.find(({ id }) => id === slack.bot.userId)?.realName ?? slack.bot.name;
  return (
    <nav className="sidebar" aria-label="Workspace">
      <header>
        <strong>{slack.team.name}</strong>
        <BotState {...props} />
      </header>
      <h2>Channels</h2>
      <ul>
        {slack.channels.map((channel) => (
          <li key={channel.id}>
            <ChannelButton {...props} id={channel.id} name={channel.name} />
          </li>
        ))}
      </ul>
      <h2>Apps</h2>
      <p className="app-line">
        <Avatar name={bot} kind="bot" size="small" />
        {bot}
      </p>
      <div className="cast">
        <h2 id="you-are">You are</h2>
        <div role="radiogroup" aria-labelledby="you-are">
          {stage.cast.map((member) => (
            <CastButton
              key={member.id}
              member={member}
              chosen={member.id === props.userId}
              onChoose={() => props.onUser(member.id)}
            />
          ))}
        </div>
      </div>
    </nav>
  );
}

function BotState({ slack, stage, connected }: SidebarProps) {
  const state = connected ? stage.bot.state : 'ended';
  const text = connected
    ? { starting: 'Bot is starting…', ready: 'Bot is ready', ended: 'Bot has ended' }[state]
    : 'Demo has stopped';
  const detail = slack.sockets > 0 ? `${slack.sockets} sockets` : stage.bot.mode;
  return (
    <span className={`bot-state ${state}`} role="status" data-testid="bot-state" title={stage.bot.detail}>
      <i aria-hidden />
      {text}
      {state === 'ready' && <span className="faint"> · {detail}</span>}
    </span>
  );
}

interface ChannelButtonProps extends SidebarProps {
  readonly id: string;
  readonly name: string;
}

function ChannelButton({ id, name, channelId, unread, onChannel }: ChannelButtonProps) {
  const count = id === channelId ? 0 : unread(id);
  return (
    <button
      type="button"
      className={`channel ${count > 0 ? 'unread' : ''}`}
      aria-current={id === channelId ? 'page' : undefined}
      data-testid={`channel-${name}`}
      onClick={() => onChannel(id)}
    >
      <span className="hash" aria-hidden>
        #
      </span>
      <span className="name">{name}</span>
      {count > 0 && (
        <span className="badge">
          {count}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </button>
  );
}

interface CastButtonProps {
  readonly member: StageView['cast'][number];
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function CastButton({ member, chosen, onChoose }: CastButtonProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button that reads as a choice, with a picture in it
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      className="member"
      data-testid={`user-${member.name.split(' ')[0]?.toLowerCase()}`}
      onClick={onChoose}
    >
      <Avatar name={member.name} colour={member.colour} size="small" />
      <span className="who">
        <span className="name">{member.name}</span>
        <span className="faint">{member.title}</span>
      </span>
      <span className={`may ${member.may ? 'yes' : 'no'}`} title={member.why}>
        {member.may ? 'may record' : 'may not'}
      </span>
    </button>
  );
}
