/** What Bolt hands over: the command and the buttons. */
import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { onButton } from './buttons.js';
import { toCommand, wantsCard } from './person-requests.js';
import { onPickerButton, openPicker, type PickerDeps } from './picker.js';
import type { RequestInHand } from './request-in-hand.js';
import { answer, withNewCard } from './requests.js';

/** What is in hand, as the gate has put it into Bolt's context; null where nobody is owed an answer. */
export const inHandOf = ({
  inHand,
}: {
  readonly inHand?: RequestInHand | null;
  readonly [name: string]: unknown;
}): RequestInHand | null => inHand ?? null;

/** Everything is acked already, see `Gate`; what is thrown is answered by the app's error handler. */
export function registerListeners(app: App, deps: PickerDeps): void {
  // Whatever the command is called in the manifest.
  app.command(/^\//, ({ command, context }) =>
    onCommand(deps, inHandOf(context), command.trigger_id, context.botUserId),
  );
  // One listener for all buttons, since Bolt runs every listener that matches.
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: /^/ },
    ({ body, action, context }) =>
      body.view === undefined
        ? onButton(deps, inHandOf(context), body, context.botUserId)
        : onPickerButton(deps, inHandOf(context), body.view, action),
  );
}

async function onCommand(
  deps: PickerDeps,
  inHand: RequestInHand | null,
  triggerId: string,
  botUserId?: string,
): Promise<void> {
  if (!inHand || !(await inHand.claimed)) return;
  const { request, respond } = inHand;
  const command = toCommand(request);
  if (command === null) return;
  if (command.name === 'pick') return openPicker(deps, inHand, triggerId);
  const { userId, channelId } = request;
  const place = { userId, channelId };
  const asker = wantsCard(request, command) ? withNewCard(deps, place, respond, botUserId) : place;
  await answer(deps, await deps.controller.execute(command, asker), place, respond);
}
