/** What the stories are made of: what Ada sees, and what she presses. */
import type { SimulatedCall } from './genesys/types.js';
import { buttonsOf, plainLines, wordsOf } from './reading.js';
import type { MessageContent, SimulatedMessage } from './slack/types.js';
import { ada, callAlerts, type Stage } from './stage.js';
import type { Teller } from './story-teller.js';

export interface Scene {
  readonly stage: Stage;
  readonly teller: Teller;
}

/** Ada asks for the active calls, and is shown this one. */
export async function findCall({ stage: { slack }, teller }: Scene, call: SimulatedCall): Promise<void> {
  teller.say('Ada', 'types /record calls');
  const result = await slack.command({ userId: ada, channelId: callAlerts, text: 'calls' });
  if (!result.acked) throw new Error(`/record calls was not acked: ${result.error}.`);
  const answer = await teller.until('the answer to /record calls names the call', () =>
    slack.ephemerals(ada, callAlerts).find((line) => wordsOf(line).includes(call.id)),
  );
  teller.say('Bot', '(only to Ada)', ...lines(slack, answer));
}

/** The call's card in #call-alerts, once it has that button and says that. */
export async function seeCard(
  { stage: { slack }, teller }: Scene,
  call: SimulatedCall,
  button: string,
  words = '',
): Promise<SimulatedMessage> {
  const expected = `the card of the call in #call-alerts shows ${button} and “${words || call.id}”`;
  const card = await teller.until(expected, () =>
    slack
      .messages(callAlerts)
      .find(
        (line) => [call.id, words].every((each) => wordsOf(line).includes(each)) && findButton(line, button),
      ),
  );
  teller.say('#call-alerts', ...lines(slack, card), showButtons(card));
  return card;
}

/** What stands in the card's thread, once it says that. */
export async function seeReply(
  { stage: { slack }, teller }: Scene,
  card: SimulatedMessage,
  words: RegExp,
): Promise<void> {
  const reply = await teller.until('the result stands in the thread of the card', () =>
    slack.messages(callAlerts).find((line) => line.threadTs === card.ts && words.test(wordsOf(line))),
  );
  teller.say('  in its thread', ...lines(slack, reply));
}

/** Ada presses a button of the card, as it stands there now. */
export async function press(
  { stage: { slack }, teller }: Scene,
  message: SimulatedMessage,
  label: string,
): Promise<void> {
  const now = slack.message(message.channelId, message.ts);
  const button = now && findButton(now, label);
  if (!button) throw new Error(`The card has no button ${label}.`);
  teller.say('Ada', `presses [${label}]`);
  const { actionId, blockId } = button;
  const result = await slack.click({
    userId: ada,
    channelId: message.channelId,
    messageTs: message.ts,
    actionId,
    ...(blockId === undefined ? {} : { blockId }),
  });
  if (!result.acked) throw new Error(`The click on ${label} was not acked: ${result.error}.`);
}

/** The job id, as it is read off the card. */
export function jobIdOn(card: SimulatedMessage): string {
  const [, id] = /Job `([0-9a-f-]{36})`/.exec(wordsOf(card)) ?? [];
  if (id === undefined) throw new Error('The card shows no job id.');
  return id;
}

/** Each order reached Genesys just so often, and nobody broke a rule. */
export function checkGenesys(
  { stage: { slack, genesys } }: Scene,
  expected: Readonly<Record<'start' | 'stop' | 'pause' | 'resume', number>>,
): void {
  for (const order of ['start', 'stop', 'pause', 'resume'] as const) {
    const asked = genesys.count(order);
    if (asked !== expected[order]) {
      throw new Error(`Genesys was asked to ${order} ${asked} times instead of ${expected[order]}.`);
    }
  }
  const broken = [...slack.violations, ...genesys.violations];
  if (broken.length > 0) throw new Error(`Rules were broken: ${broken.join('; ')}`);
}

const findButton = (line: Pick<MessageContent, 'blocks'>, label: string) =>
  buttonsOf(line).find((button) => button.label === label);

const showButtons = (line: Pick<MessageContent, 'blocks'>): string =>
  buttonsOf(line)
    .map(({ label }) => `[${label}]`)
    .join(' ');

const lines = ({ users }: Stage['slack'], content: MessageContent) =>
  plainLines(content, new Map(users.map(({ id, realName }) => [id, realName])));
