/**
 * The picker: `/record` alone opens a modal of the active calls, each with the button that makes sense now. A modal has no
 * channel and no `response_url`, so what comes of a click is said in the modal, and the card goes to the channel where
 * `/record` was typed.
 */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import type { Answer, Asker } from '../core/answer.js';
import { RecordError } from '../core/errors.js';
import type { PersonRequest } from '../core/model.js';
import { renderAnswer, renderStarted } from './answers.js';
import { type Message, toMessage } from './blocks.js';
import { renderOldButton } from './error-message.js';
import type { Drawn, Modals } from './modals.js';
import { toCommand } from './person-requests.js';
import {
  lookAgainId,
  type PickerContent,
  type PickerKey,
  readPicker,
  renderLooking,
  renderPicker,
  renderWithoutModal,
} from './picker-view.js';
import { describeError } from './report-error.js';
import type { RequestInHand } from './request-in-hand.js';
import type { ListenerDeps } from './requests.js';

export interface PickerDeps extends ListenerDeps {
  readonly modals: Pick<Modals, 'open' | 'update'>;
}

/** Opens the modal before anything is asked, since its `trigger_id` lives for three seconds; then fills it. */
export async function openPicker(
  deps: PickerDeps,
  { request, respond }: RequestInHand,
  triggerId: string,
): Promise<void> {
  const { userId, channelId } = request;
  const place = { userId, channelId };
  const key = { id: deps.newId(), channelId };
  const opening = deps.modals.open(triggerId, renderLooking(key));
  const [content] = await Promise.all([look(deps, place, null), opening]);
  // Tried also when it did not open: Slack may have opened it, and only the answer was lost.
  if ((await show(deps, key, content)) !== 'drawn') await respond(renderWithoutModal(content));
}

export async function onPickerButton(
  deps: PickerDeps,
  inHand: RequestInHand | null,
  view: NonNullable<BlockAction['view']>,
  { action_id: actionId }: ButtonAction,
): Promise<void> {
  if (!inHand || !(await inHand.claimed)) return;
  const key = readPicker(view);
  if (key === null) {
    deps.logger.warn({ callbackId: view.callback_id }, 'a click in a modal that this bot does not know');
    return;
  }
  const content = await carryOut(deps, inHand.request, actionId);
  const drawn = await show(deps, key, content);
  if (drawn === 'drawn') return;
  if (content.notice !== null) await inHand.respond(content.notice);
  // To somebody who looks at a modal that does not change; whoever has closed it does not want the calls any more.
  else if (drawn === 'failed') await inHand.respond(renderWithoutModal(content));
}

/** What the modal shows after the click. */
async function carryOut(deps: PickerDeps, request: PersonRequest, actionId: string): Promise<PickerContent> {
  const { userId, channelId } = request;
  const place = { userId, channelId };
  if (actionId === lookAgainId) return look(deps, place, null);
  try {
    const command = toCommand(request);
    if (command === null) return await look(deps, place, renderOldButton());
    const outcome = await deps.controller.execute(command, { ...place, newCardId: deps.newId() });
    return await look(deps, place, toNotice(outcome, deps.clock.now()));
  } catch (error) {
    const notice = describeError(deps, error, place);
    return isOutdated(error) ? look(deps, place, notice) : { notice, calls: null };
  }
}

/** The call is not as its row said: how it is now is a part of the answer. */
const isOutdated = (error: unknown): boolean =>
  error instanceof RecordError && (error.code === 'NOT_FOUND' || error.code === 'STATE_CONFLICT');

/** Never rejects: an error takes the place of the calls, and of a notice that says less. */
async function look(deps: PickerDeps, place: Asker, notice: Message | null): Promise<PickerContent> {
  try {
    const answer = await deps.controller.execute({ name: 'pick' }, place);
    return { notice, calls: answer.kind === 'calls' ? answer : null };
  } catch (error) {
    const problem = describeError(deps, error, place);
    return { notice: notice === null ? problem : joined(notice, problem), calls: null };
  }
}

const joined = (one: Message, other: Message): Message =>
  toMessage(`${one.text}\n${other.text}`, [...one.blocks, ...other.blocks]);

/** In the channel a card alone tells of a start; here the modal stands before it. */
const toNotice = (outcome: Answer, now: number): Message | null =>
  outcome.kind === 'started' ? renderStarted(outcome.job) : renderAnswer(outcome, now);

const show = ({ modals }: PickerDeps, key: PickerKey, content: PickerContent): Promise<Drawn> =>
  modals.update(key.id, renderPicker(key, content));
