import { describe } from 'vitest';
import { chromiumPath, howToGetChromium } from '../simulators/browser.js';

/** `describe` where there is a browser. Where there is none: skipped with one line, and failed in CI. */
export function describeInChromium(name: string, suite: () => void): void {
  const missing = chromiumPath === undefined;
  if (missing && process.env['CI'] === 'true') throw new Error(howToGetChromium);
  if (missing) process.stderr.write(`${name}: skipped. ${howToGetChromium}\n`);
  describe.skipIf(missing)(name, suite);
}
