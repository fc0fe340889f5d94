/** The demo's page in a real browser, with the real bot behind it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../simulators/browser.js';
import { type PageServer, servePage } from '../simulators/page-server.js';
import { callAlerts, kim, raiseStage, type Stage } from '../simulators/stage.js';
import { describeInChromium } from '../support/chromium.js';

const within = { timeout: 20_000, interval: 50 };

describeInChromium('the page', () => {
  let stage: Stage;
  let server: PageServer;
  let browser: Browser;
  let page: Page;
  /** What the page's console complains about, and what it asks of any other host. */
  let complaints: string[];

  beforeAll(async () => {
    stage = await raiseStage({ population: false });
    await stage.bot.ready();
    server = await servePage({ slack: stage.slack, genesys: stage.genesys, stage: stage.view });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await stage?.close();
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(within.timeout);
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(server.url);
    await page.getByTestId('composer').waitFor();
  });

  afterEach(async () => {
    await page?.close();
  });

  const card = (conversationId: string) =>
    page.getByRole('main').getByTestId('message').filter({ hasText: conversationId });
  const jobOf = (conversationId: string) =>
    stage.genesys.jobs.filter((job) => job.conversationId === conversationId).at(-1);

  it('completes a typed start, shows the recording, and stops it by its button', async () => {
    const call = stage.genesys.startCall({ queue: 'Claims', agent: 'Elif Yılmaz' });
    await card(call.id).getByRole('button', { name: 'Start recording' }).waitFor();

    await page.getByTestId('channel-supervisors').click();
    const composer = page.getByTestId('composer');
    await composer.pressSequentially('/rec');
    await composer.press('Tab');
    await composer.pressSequentially('sta');
    await composer.press('Enter');
    await composer.pressSequentially(call.id.slice(0, 8));
    await page.getByTestId('completions').getByRole('option', { name: call.id }).waitFor();
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe(`/record start ${call.id}`);
    await composer.press('Enter');

    await expect.poll(() => jobOf(call.id)?.state, within).toBe('active');
    const jobId = jobOf(call.id)?.id ?? '';
    await card(jobId).getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => jobOf(call.id)?.state, within).toBe('stopped');
    await card(jobId)
      .filter({ hasText: /stopped/i })
      .getByTestId('thread-link')
      .click();
    await page
      .getByTestId('thread')
      .getByTestId('message')
      .filter({ hasText: /stopped/i })
      .nth(1)
      .waitFor();
    expect(await card(jobId).getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows a refusal to Kim alone', async () => {
    const call = stage.genesys.startCall({ queue: 'Support', agent: 'Femi Adeyemi' });
    const start = card(call.id).getByRole('button', { name: 'Start recording' });
    await start.waitFor();
    await page.getByTestId('user-kim').click();
    await start.click();

    const refusal = page.getByTestId('ephemeral').filter({ hasText: 'Only visible to you' });
    await refusal.filter({ hasText: 'Ada Okafor' }).waitFor();
    expect(stage.slack.ephemerals(kim, callAlerts)).toHaveLength(1);
    expect(jobOf(call.id)).toBeUndefined();
    await page.getByTestId('user-ada').click();
    await refusal.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('lets Genesys misbehave, and shows what the bot makes of it', async () => {
    const call = stage.genesys.startCall({ queue: 'Billing', agent: 'Kavya Raman' });
    await card(call.id).waitFor();
    await page.getByTestId('fault-403').click();
    await page.getByTestId('faults-armed').filter({ hasText: 'start → 403' }).waitFor();
    await card(call.id).getByRole('button', { name: 'Start recording' }).click();
    await page.getByTestId('ephemeral').filter({ hasText: 'recording:job:control' }).waitFor();
    await page.getByTestId('faults-armed').filter({ hasText: 'Genesys behaves' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('starts and ends calls from its panel, and counts requests', async () => {
    const before = stage.genesys.calls.length;
    await page.getByTestId('start-call').click();
    await expect.poll(() => stage.genesys.calls.length, within).toBe(before + 1);
    const call = stage.genesys.calls.at(-1);
    await card(call?.id ?? '').waitFor();
    const row = page.locator(`[data-testid=call][data-conversation="${call?.id}"]`);
    await row.getByRole('button', { name: 'End' }).click();
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByTestId('count-calls').textContent(), within).not.toBe('0');
    await card(call?.id ?? '')
      .filter({ hasText: /ended/i })
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it('draws what a caller brings along as text, never as a mention', async () => {
    const call = stage.genesys.startCall({
      queue: 'R&D <!channel> <https://x.test|click>',
      agent: 'Ada:10:30:45',
    });
    const shown = card(call.id);
    await shown.waitFor();
    const words = ((await shown.textContent()) ?? '').replaceAll('\u2060', '').replace(/\s+/g, ' ');
    expect(words).toContain('R&D <!channel> <https://x.test|click>');
    expect(words).toContain('Ada:10:30:45');
    expect(await shown.locator('.mention').count()).toBe(0);
    expect(await shown.getByRole('link').count()).toBe(0);
  });

  it('keeps a line that Slack refuses, with Slack’s words for why', async () => {
    const composer = page.getByTestId('composer');
    await composer.fill('/recrod list');
    await composer.press('Enter');
    await page.getByText('/recrod is not a valid command.').waitFor();
    await expect.poll(() => composer.inputValue(), within).toBe('/recrod list');
    await composer.fill('Good morning');
    await composer.press('Enter');
    await page.getByTestId('message').filter({ hasText: 'Good morning' }).waitFor();
  });
});
