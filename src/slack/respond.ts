/**
 * Answers through a `response_url`: five times within 30 minutes, also in channels that the bot is not in.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
import type { Clock, Logger } from '../core/ports.js';
import type { Message } from './blocks.js';
import type { Fetch } from './clients.js';

interface RespondOptions {
  /** Default: only the one who asked sees it. */
  readonly inChannel?: boolean;
  /** Instead of the message whose button was clicked. */
  readonly replaceOriginal?: boolean;
}

/** True when Slack has taken it. Never throws: what failed is in the log, without the URL, which is a secret. */
export type Respond = (message: Message, options?: RespondOptions) => Promise<boolean>;

/** For a request that came without a `response_url`. */
export const nowhere: Respond = () => Promise.resolve(false);

const timeoutMs = 5_000;
const retryPauseMs = 500;

type Outcome = { readonly kind: 'ok' | 'invalid' | 'passing' | 'refused'; readonly detail: string };

export interface RespondDeps {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createRespond(responseUrl: string, deps: RespondDeps): Respond {
  const send = (body: object) => post(deps.fetch, responseUrl, body);
  return async (message, { inChannel = false, replaceOriginal = false } = {}) => {
    const envelope = {
      response_type: inChannel ? 'in_channel' : 'ephemeral',
      replace_original: replaceOriginal,
      text: message.text,
    };
    let outcome = await send({ ...envelope, blocks: message.blocks });
    if (outcome.kind === 'passing') {
      await deps.clock.sleep(retryPauseMs);
      outcome = await send({ ...envelope, blocks: message.blocks });
    }
    if (outcome.kind === 'invalid') {
      deps.logger.error(
        { detail: outcome.detail },
        'Slack refused the blocks of an answer; sending plain text',
      );
      outcome = await send(envelope);
    }
    if (outcome.kind !== 'ok') deps.logger.warn({ detail: outcome.detail }, 'an answer did not reach Slack');
    return outcome.kind === 'ok';
  };
}

async function post(fetch: Fetch, responseUrl: string, body: object): Promise<Outcome> {
  try {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return read(response.status, await response.text());
  } catch (error) {
    // Not the error itself: its message names the URL.
    return { kind: 'passing', detail: error instanceof Error ? error.name : 'no answer' };
  }
}

/** Slack answers `ok` or `{"ok":true}`, and errors with status 200, 4xx or 500 alike: the body decides. */
function read(status: number, body: string): Outcome {
  const detail = `${status} ${/"error"\s*:\s*"([a-z_]{1,60})"/.exec(body)?.[1] ?? ''}`.trim();
  if (/invalid_(blocks|payload|attachments)|no_text|msg_too_long/.test(body))
    return { kind: 'invalid', detail };
  if (/used_url|expired_url|no_such|channel_/.test(body)) return { kind: 'refused', detail };
  // Not once more, and not so soon: what was not taken here is told in another way, which keeps to Slack's limits.
  if (status === 429) return { kind: 'refused', detail };
  if (status >= 500) return { kind: 'passing', detail };
  const ok = status >= 200 && status < 300 && !/"ok"\s*:\s*false/.test(body);
  return { kind: ok ? 'ok' : 'refused', detail };
}
