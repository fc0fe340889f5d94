/** The browser for the page's tests and its picture: Debian's Chromium, or none. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Nothing but the page is to be loaded: no update checks, no first-run traffic. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where the browser is; undefined if there is none. */
export const chromiumPath: string | undefined = places.find((path) => existsSync(path));

export const howToGetChromium = 'No Chromium found: apt-get install chromium';

export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(howToGetChromium);
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: quiet });
}
