/**
 * The picker as Slack draws it: a modal of at most 100 blocks.
 * https://docs.slack.dev/reference/views/modal-views
 */
import type { types } from '@slack/bolt';
import type { CallRow } from '../core/answer.js';
import { type Block, code, context, type Message, section, toMessage } from './blocks.js';
import { type Calls, callBlocks, factsOf, recordingOf, renderCalls } from './listings.js';
import { pausedLine } from './pause-lines.js';
import { channel } from './wording.js';

/** By `id` the bot finds the modal again; `channelId`: where `/record` was typed, and where the cards go. */
export interface PickerKey {
  readonly id: string;
  readonly channelId: string;
}

export interface PickerContent {
  /** What came of the last click, if there was one. */
  readonly notice: Message | null;
  /** Null when they could not be read, or must not be shown. */
  readonly calls: Calls | null;
}

/** With what stands around them they stay below a modal's 100 blocks. */
const maxRows = 90;

const callbackId = 'record_picker';
export const lookAgainId = 'record_look_again';

type ModalBlock = Block | types.DividerBlock;

const plain = (text: string): types.PlainTextElement => ({ type: 'plain_text', text });

export const renderLooking = (key: PickerKey): types.ModalView =>
  toModal(key, [section([':hourglass_flowing_sand: Looking for calls…'])]);

export function renderPicker(key: PickerKey, { notice, calls }: PickerContent): types.ModalView {
  return toModal(key, [
    ...noticeBlocks(notice),
    ...(calls === null ? [] : callBlocks(calls, { atMost: maxRows, linesOf: rowLines })),
    lookAgain,
    context([
      `A card in ${channel(key.channelId)} shows whatever you change here, provided that the bot was invited there.`,
    ]),
  ]);
}

/** The same where there is no modal. */
export const renderWithoutModal = ({ notice, calls }: PickerContent): Message =>
  calls === null ? (notice ?? toMessage('The calls could not be read.', [])) : renderCalls(calls);

/** Its sign shows where each row begins; people pick by the caller, and the id is there to be copied. */
const rowLines = (row: CallRow): (string | null)[] => [
  recordingOf(row),
  row.job && pausedLine(row.job),
  factsOf(row),
  code(row.call.conversationId),
];

/** Its sentences alone: each call has its button in its row. */
const noticeBlocks = (notice: Message | null): readonly ModalBlock[] =>
  notice === null
    ? []
    : [...notice.blocks.filter(({ type }) => type === 'section').slice(0, 3), { type: 'divider' }];

const lookAgain: Block = {
  type: 'actions',
  elements: [{ type: 'button', action_id: lookAgainId, text: plain('Look again') }],
};

function toModal({ id, channelId }: PickerKey, blocks: readonly (ModalBlock | null)[]): types.ModalView {
  return {
    type: 'modal',
    callback_id: callbackId,
    external_id: id,
    private_metadata: channelId,
    title: plain('Active calls'),
    close: plain('Close'),
    blocks: blocks.filter((block): block is ModalBlock => block !== null),
  };
}

/** Of the modal whose button was clicked; null for one that is not the picker. */
export function readPicker({
  callback_id,
  external_id,
  private_metadata,
}: {
  readonly callback_id: string;
  readonly external_id?: string;
  readonly private_metadata: string;
}): PickerKey | null {
  if (callback_id !== callbackId || !external_id || !private_metadata) return null;
  return { id: external_id, channelId: private_metadata };
}
