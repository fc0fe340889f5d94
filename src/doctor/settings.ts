/** The settings as the first thing that may be wrong. */
import { type Config, readConfig } from '../config.js';
import type { Environment } from '../config-reader.js';
import { RecordError } from '../core/errors.js';
import type { CheckResult } from './check.js';

export interface SettingsResult {
  /** Null when there is a problem: nothing else can be looked at then. */
  readonly config: Config | null;
  readonly results: readonly CheckResult[];
}

/** Each problem is a result of its own. No value is ever part of it. */
export function checkSettings(env: Environment): SettingsResult {
  try {
    const detail = 'all that is required is set, and nothing is malformed';
    const config = readConfig(env);
    return { config, results: [{ id: 'settings', title: 'Settings', ok: true, detail, cure: null }] };
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return { config: null, results: [...problemsOf(error), theRest] };
  }
}

/** `readConfig` gives each problem a line, which begins with the setting's name. */
function problemsOf({ message, cure }: RecordError): CheckResult[] {
  return message
    .split('\n')
    .slice(1)
    .map((problem) => {
      const [name = '', ...words] = problem.split(' ');
      return { id: `settings.${name}`, title: name, ok: false, detail: words.join(' '), cure: cure ?? null };
    });
}

const theRest: CheckResult = {
  id: 'rest',
  title: 'Everything else',
  ok: null,
  detail: 'skipped: it needs the settings',
  cure: null,
};
