import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { type Line, type MessageContext, MessageItem } from './message.js';
import { slackDate } from './slack-date.js';

interface MessageListProps {
  /** By time. */
  readonly lines: readonly Line[];
  readonly context: MessageContext;
  readonly repliesOf?: (ts: string) => readonly Line[];
  readonly inThread?: boolean;
  readonly label: string;
  readonly empty?: ReactNode;
}

export function MessageList(props: MessageListProps) {
  const { lines, context, repliesOf, inThread = false, label, empty } = props;
  const { list, below, toEnd, noticeScroll } = useStickyEnd(lines, context.userId);
  return (
    <div className="messages-frame">
      <div
        className="messages"
        ref={list}
        role="log"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={noticeScroll}
      >
        {!inThread && <div className="spacer" />}
        {lines.length === 0 && empty}
        {lines.map((line, index) => (
          <Dated key={`${line.ts}${'from' in line ? 'e' : ''}`} line={line} before={lines[index - 1]}>
            <MessageItem
              line={line}
              context={context}
              replies={repliesOf?.(line.ts) ?? []}
              inThread={inThread}
            />
          </Dated>
        ))}
      </div>
      {below > 0 && (
        <button type="button" className="new-below" onClick={toEnd}>
          {below === 1 ? '1 new message' : `${below} new messages`} ↓
        </button>
      )}
    </div>
  );
}

/** How near to its end a list counts as being read at its end, in pixels. */
const nearEnd = 60;

/** Keeps the list at its end while it is read there, and counts what has come in below otherwise. */
function useStickyEnd(lines: readonly Line[], userId: string) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [read, setRead] = useState(lines.length);
  const newest = lines.at(-1);
  const mine = newest?.userId === userId ? newest.ts : null;
  const toEnd = () => {
    atEnd.current = true;
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
    setRead(lines.length);
  };
  // One's own words, and answers for oneself alone, are brought into view.
  useLayoutEffect(() => {
    if (mine !== null) atEnd.current = true;
  }, [mine]);
  useLayoutEffect(() => {
    // Nothing moves away from under a pointer that is about to press a button.
    const isAiming = list.current?.querySelector('button:hover') && mine === null;
    if (atEnd.current && !isAiming) toEnd();
  });
  const noticeScroll = () => {
    if (!list.current) return;
    const { scrollHeight, scrollTop, clientHeight } = list.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < nearEnd;
    if (atEnd.current) setRead(lines.length);
  };
  return { list, below: Math.max(0, lines.length - read), toEnd, noticeScroll };
}

/** A line with the day above the day's first message. */
function Dated({ line, before, children }: { line: Line; before: Line | undefined; children: ReactNode }) {
  const dayOf = (some: Line) => slackDate(some.postedAt / 1_000, '{date_pretty}', '');
  const isFirst = !before || dayOf(before) !== dayOf(line);
  return (
    <>
      {isFirst && (
        <div className="day">
          <span>{dayOf(line)}</span>
        </div>
      )}
      {children}
    </>
  );
}
