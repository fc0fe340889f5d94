/** Takes `docs/screenshot.png`: the page in the middle of a shift, with the real bot behind it. */
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchChromium } from './browser.js';
import type { SimulatedCall } from './genesys/types.js';
import { servePage } from './page-server.js';
import { raiseStage, type Stage } from './stage.js';

const picture = fileURLToPath(new URL('../../docs/screenshot.png', import.meta.url));
const minute = 60_000;

const callers = [
  { caller: 'tel:+442079460142', queue: 'Billing', agent: 'Ben Whitaker', minutes: 11 },
  { caller: 'tel:+13175550118', queue: 'Claims', agent: 'Grace Nakamura', minutes: 7 },
  { caller: 'tel:+4930231250', queue: 'Retention', agent: 'Chloé Lefèvre', minutes: 2 },
];

async function main(): Promise<void> {
  const stage = await raiseStage({ population: false });
  try {
    await stage.bot.ready();
    const server = await servePage({ slack: stage.slack, genesys: stage.genesys, stage: stage.view });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await page.goto(server.url);
      await play(stage, page);
      await mkdir(new URL('.', `file://${picture}`), { recursive: true });
      await page.screenshot({ path: picture });
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    await stage.close();
  }
}

/** One call has come in, one is being recorded, one was recorded and stopped: seen by somebody who did none of it. */
async function play({ genesys }: Stage, page: Page): Promise<void> {
  const card = (call: SimulatedCall) => page.getByTestId('message').filter({ hasText: call.id });
  const press = (call: SimulatedCall, name: string) =>
    card(call).getByRole('button', { name, exact: true }).click();
  const calls: SimulatedCall[] = [];
  for (const { minutes, ...call } of callers) {
    const started = genesys.startCall({ ...call, startedAt: Date.now() - minutes * minute });
    calls.push(started);
    await card(started).waitFor();
  }
  const [, second, third] = calls;
  if (!second || !third) return;
  await press(third, 'Start recording');
  await press(second, 'Start recording');
  await card(second).getByRole('button', { name: 'Stop', exact: true }).waitFor();
  await sleep(5_000);
  await press(third, 'Stop');
  await card(third).getByTestId('thread-link').waitFor();
  await page.getByTestId('user-sam').click();
  // The pointer would leave its mark on the card.
  await page.mouse.move(0, 0);
  await sleep(1_500);
}

await main();
