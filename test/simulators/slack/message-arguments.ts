/** What Slack asks of a message's content, wherever it comes in. */
import { problemsOfBlocks } from './blocks.js';
import { isObject } from './json.js';
import { Refusal, refuseWith } from './refusal.js';
import type { Block, JsonObject, MessageContent } from './types.js';

/** https://docs.slack.dev/reference/methods/chat.postMessage#truncating */
const longestText = 40_000;

/** The blocks given, checked; undefined when none are given. Throws {@link Refusal}. */
function readBlocks(blocks: unknown): readonly Block[] | undefined {
  if (blocks === undefined || blocks === null) return undefined;
  if (!Array.isArray(blocks) || !blocks.every(isObject)) throw new Refusal('invalid_blocks_format');
  const problems = problemsOfBlocks(blocks);
  if (problems.length > 0) throw refuseWith('invalid_blocks', problems);
  return blocks as unknown as readonly Block[];
}

/** https://docs.slack.dev/messaging/message-metadata */
function readMetadata(metadata: unknown): JsonObject | null | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  if (!isObject(metadata)) throw new Refusal('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return null;
  const { event_type, event_payload } = metadata;
  if (typeof event_type !== 'string' || !isObject(event_payload))
    throw new Refusal('invalid_metadata_schema');
  return metadata;
}

/** The content of a new message. Throws {@link Refusal}. */
export function readContent(args: JsonObject): MessageContent {
  return mergeContent(args, { text: '', blocks: [], metadata: null });
}

/** The content of an edited message: what is not given stays as it was, except the text. Throws {@link Refusal}. */
export function mergeContent(args: JsonObject, before: MessageContent): MessageContent {
  const { text = '', blocks, metadata, attachments } = args;
  if (typeof text !== 'string') throw new Refusal('invalid_arguments');
  if ([...text].length > longestText) throw new Refusal('msg_too_long');
  const given = readBlocks(blocks);
  const next = {
    text,
    blocks: given ?? before.blocks,
    metadata: readMetadata(metadata) ?? (metadata ? null : before.metadata),
  };
  if (text === '' && !given?.length && !Array.isArray(attachments)) throw new Refusal('no_text');
  return next;
}
