import { useEffect, useState } from 'react';
import type { SlackView } from '../page-model.js';

/** How many messages of others each channel holds that this person has not seen since the page was opened. */
export function useUnread(
  slack: SlackView,
  userId: string,
  channelId: string,
): (channelId: string) => number {
  const [opened] = useState(() => slack.now);
  const [seen, setSeen] = useState<Readonly<Record<string, number>>>({});
  const key = `${userId} ${channelId}`;
  const newest = slack.messages.reduce(
    (latest, line) => (line.channelId === channelId ? Math.max(latest, line.postedAt) : latest),
    0,
  );
  useEffect(() => setSeen((before) => ({ ...before, [key]: newest })), [key, newest]);
  return (id) => {
    const since = seen[`${userId} ${id}`] ?? opened;
    return slack.messages.filter(
      (line) =>
        line.channelId === id && line.threadTs === null && line.userId !== userId && line.postedAt > since,
    ).length;
  };
}
