/** What Bolt hands over: the command and the buttons. */
import type { App, BlockAction, ButtonAction, SlashCommand } from '@slack/bolt';
import { type Command, parseCommand } from '../core/command.js';
import { onButton } from './buttons.js';
import { toPlainText } from './plain-text.js';
import { answer, isFirst, type ListenerDeps, withNewCard } from './requests.js';
import { createRespond } from './respond.js';

/** Everything is acked already, see `Gate`; what is thrown is answered by the app's error handler. */
export function registerListeners(app: App, deps: ListenerDeps): void {
  // Whatever the command is called in the manifest.
  app.command(/^\//, ({ command, context }) => onCommand(deps, command, context.botUserId));
  // One listener for all buttons, since Bolt runs every listener that matches.
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: /^/ },
    ({ body, action, context }) => onButton(deps, body, action, context.botUserId),
  );
}

async function onCommand(deps: ListenerDeps, command: SlashCommand, botUserId?: string): Promise<void> {
  if (!(await isFirst(deps, command.trigger_id))) return;
  const respond = createRespond(command.response_url, deps);
  const parsed = parseCommand(toPlainText(command.text ?? ''));
  const place = { userId: command.user_id, channelId: command.channel_id };
  const asker = changes(parsed) ? withNewCard(deps, place, respond, botUserId) : place;
  await answer(deps, await deps.controller.execute(parsed, asker), respond);
}

const changes = ({ name }: Command): boolean => name === 'start' || name === 'stop';
