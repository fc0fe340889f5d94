/** The two requests that put a message into Slack, and the limits that each of them has. */
import type { webApi } from '@slack/bolt';
import type { Message } from './blocks.js';
import type { Mark } from './marks.js';
import type { LaneLimit } from './pacer.js';

/** Where a message goes: a new one if `ts` is null, else in place of that one. */
export interface Place {
  readonly channelId: string;
  readonly ts: string | null;
  /** Whose thread a new message belongs to. */
  readonly threadTs?: string;
  /** The only person to see a new message, which has no `ts` then that would let it be found or changed. */
  readonly onlyFor?: string;
  /** What a new message is recognised by; an update leaves it as it is. */
  readonly mark?: Mark;
}

export interface Lane {
  readonly name: string;
  readonly limit: LaneLimit;
}

/** About one message a second per channel, short bursts tolerated. https://docs.slack.dev/apis/web-api/rate-limits */
const posting: LaneLimit = { burst: 4, reserve: 2, everyMs: 1_000, concurrency: 1 };
/** Tier 4: 100 and more a minute, for all channels together. */
const whispering: LaneLimit = { burst: 20, reserve: 0, everyMs: 600, concurrency: 2 };
/** Tier 3: 50 and more a minute, for all channels together. */
const updating: LaneLimit = { burst: 30, reserve: 15, everyMs: 1_200, concurrency: 4 };

export function laneOf({ channelId, ts, onlyFor }: Place): Lane {
  if (onlyFor !== undefined) return { name: 'chat.postEphemeral', limit: whispering };
  return ts === null
    ? { name: `chat.postMessage ${channelId}`, limit: posting }
    : { name: 'chat.update', limit: updating };
}

/** Sends once, and gives the message's `ts`. Throws what the client throws. */
export async function postOrUpdate(
  client: webApi.WebClient,
  { channelId, ts, threadTs, onlyFor, mark }: Place,
  { text, blocks }: Message,
): Promise<string> {
  const content = { channel: channelId, text, blocks: [...blocks] };
  if (onlyFor !== undefined) return whisper(client, { ...content, user: onlyFor });
  const answer =
    ts === null
      ? await client.chat.postMessage({
          ...content,
          unfurl_links: false,
          unfurl_media: false,
          ...(threadTs !== undefined && { thread_ts: threadTs }),
          ...(mark !== undefined && { metadata: { ...mark, event_payload: { ...mark.event_payload } } }),
        })
      : await client.chat.update({ ...content, ts });
  if (typeof answer.ts !== 'string') throw new Error('Slack took a message and gave no ts');
  return answer.ts;
}

async function whisper(
  client: webApi.WebClient,
  content: webApi.ChatPostEphemeralArguments,
): Promise<string> {
  const { message_ts: ts } = await client.chat.postEphemeral(content);
  if (typeof ts !== 'string') throw new Error('Slack took a message and gave no ts');
  return ts;
}
