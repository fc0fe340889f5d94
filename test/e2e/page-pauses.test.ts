/** The demo's page with the contract `conversations`: what Slack shows, and what happens on the agent's own screen. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../simulators/browser.js';
import { type PageServer, servePage } from '../simulators/page-server.js';
import { raiseStage, type Stage } from '../simulators/stage.js';
import { describeInChromium } from '../support/chromium.js';

const within = { timeout: 20_000, interval: 50 };

describeInChromium('the page, with pauses', () => {
  let stage: Stage;
  let server: PageServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stage = await raiseStage({ population: false, api: 'conversations' });
    await stage.bot.ready();
    server = await servePage({ slack: stage.slack, genesys: stage.genesys, stage: stage.view });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(within.timeout);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await stage?.close();
  });

  beforeEach(async () => {
    await page.goto(server.url);
    await page.getByTestId('composer').waitFor();
  });

  const card = (conversationId: string, says: string) =>
    page
      .getByRole('main')
      .getByTestId('message')
      .filter({ hasText: conversationId })
      .filter({ hasText: says });
  const row = (conversationId: string) =>
    page.locator(`[data-testid=call][data-conversation="${conversationId}"]`);
  const newCall = async (button: string) => {
    const { length } = stage.genesys.calls;
    await page.getByTestId(button).click();
    await expect.poll(() => stage.genesys.calls.length, within).toBe(length + 1);
    return stage.genesys.calls[length]?.id ?? '';
  };

  it('shows beside the card what Genesys makes of a pause and of its end', async () => {
    const id = await newCall('start-policy-call');
    await row(id).filter({ hasText: 'Recorded by policy' }).waitFor();
    await card(id, 'policy').getByRole('button', { name: 'Pause' }).click();
    await row(id).filter({ hasText: 'Policy recording paused' }).waitFor();
    await card(id, 'PAUSED').getByRole('button', { name: 'Resume' }).click();
    await row(id).filter({ hasText: 'Recorded by policy' }).waitFor();
    await card(id, 'Recording').getByRole('button', { name: 'Pause' }).waitFor();
  });

  it('lets the agent hold the call, pause it and hand it on, and the card follows', async () => {
    const id = await newCall('start-policy-call');
    await card(id, 'policy').waitFor();
    await row(id).getByTestId('agent-hold').click();
    await card(id, 'on hold').waitFor();
    await row(id).getByTestId('agent-unhold').click();
    await row(id).getByTestId('agent-pause').click();
    await card(id, 'PAUSED outside this bot').waitFor();
    await row(id).getByTestId('agent-transfer').click();
    await card(id, 'Grace Nakamura').waitFor();
  });

  it('closes the socket that events come through: the bot opens another one, and goes on', async () => {
    const opened = () =>
      stage.genesys.notifications.channels.reduce((sum, { connections }) => sum + connections, 0);
    const before = opened();
    await page.getByTestId('socket-closed').click();
    await expect.poll(opened, within).toBe(before + 1);
    const id = await newCall('start-call');
    await card(id, 'Call in progress').getByRole('button', { name: 'Start recording' }).waitFor();
    expect(stage.genesys.violations).toEqual([]);
  });

  it('completes the commands that there are, and what each can be about', async () => {
    const policy = await newCall('start-policy-call');
    const other = await newCall('start-call');
    const composer = page.getByTestId('composer');
    const offers = page.getByTestId('completions');
    await composer.fill('/record pause ');
    await offers.getByRole('option', { name: policy }).waitFor();
    expect(await offers.getByRole('option', { name: other }).count()).toBe(0);
    await composer.fill('/record start ');
    await offers.getByRole('option', { name: other }).waitFor();
    expect(await offers.getByRole('option', { name: policy }).count()).toBe(0);
  });
});
