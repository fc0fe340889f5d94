/** Draws Block Kit with slack-blocks-to-jsx, and gives its buttons something to do. */
import { type MouseEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Message } from 'slack-blocks-to-jsx';
import type { Block } from '../slack/types.js';
import { Confirm } from './confirm.js';
import { Emoji, hasPicture } from './emoji.js';
import { slackDate } from './slack-date.js';
import { type Action, type WiredAction, type Wiring, wire } from './wire.js';

export interface Names {
  readonly users: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, string>>;
  readonly userGroups: Readonly<Record<string, string>>;
}

interface BlockKitProps {
  /** Unique on the page. */
  readonly id: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly names: Names;
  /** Buttons that wait for their ack, as `blockId/actionId`. */
  readonly busy: readonly string[];
  readonly onAction: (action: Action) => void;
}

export function BlockKit({ id, text, blocks, names, busy, onAction }: BlockKitProps) {
  const [asked, setAsked] = useState<WiredAction | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const { drawn, actions } = useMemo(() => wire(id, text, blocks), [id, text, blocks]);
  useEffect(() => showBusy(root.current, actions, busy));
  const act = (event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const action = button && actions.get(button.id);
    if (!action) return;
    if (action.confirm) setAsked(action);
    else onAction(action);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the buttons within are real ones; their clicks are caught here
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div className="block-kit" ref={root} onClick={act}>
      <Drawing drawn={drawn} names={names} />
      {asked?.confirm && (
        <Confirm
          texts={asked.confirm}
          onCancel={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            onAction(asked);
          }}
        />
      )}
    </div>
  );
}

/** The costly part, done again only when the message has changed. */
const Drawing = memo(function Drawing({ drawn, names }: Pick<Wiring, 'drawn'> & { names: Names }) {
  const hooks = useMemo(() => hooksFor(names), [names]);
  return <Message withoutWrapper theme="light" name="" logo="" blocks={drawn} hooks={hooks} />;
});

function showBusy(root: HTMLElement | null, actions: Wiring['actions'], busy: readonly string[]) {
  for (const button of root?.querySelectorAll('button') ?? []) {
    const action = actions.get(button.id);
    if (!action) continue;
    const isBusy = busy.includes(`${action.blockId ?? ''}/${action.actionId}`);
    button.disabled = isBusy;
    button.setAttribute('aria-busy', String(isBusy));
    button.dataset['testid'] = `button-${action.actionId}`;
  }
}

function hooksFor(names: Names) {
  const mention = (text: string): ReactNode => <span className="mention">{text}</span>;
  return {
    user: ({ id }: { id: string }) => mention(`@${names.users[id] ?? id}`),
    channel: ({ id }: { id: string }) => mention(`#${names.channels[id] ?? id}`),
    usergroup: ({ id }: { id: string }) => mention(`@${names.userGroups[id] ?? id}`),
    atHere: () => mention('@here'),
    atChannel: () => mention('@channel'),
    atEveryone: () => mention('@everyone'),
    date: ({ timestamp, format, fallback }: { timestamp: string; format: string; fallback: string }) => (
      <time dateTime={new Date(Number(timestamp) * 1_000).toISOString()} title={fallback}>
        {slackDate(Number(timestamp), format, fallback)}
      </time>
    ),
    emoji: <T extends { name: string }>(emoji: T, parse: (emoji: T) => string): ReactNode =>
      hasPicture(emoji.name) ? <Emoji name={emoji.name} /> : glyphOf(emoji.name, parse(emoji)),
  };
}

/** What the library does not know, such as the middle of `recording:job:control`, is no emoji in Slack either. */
const glyphOf = (name: string, glyph: string): string => (glyph === name ? `:${name}:` : glyph);
