/** Counts and times what passes between the core and the outside, without either of them knowing. */
import type { Answer, Asker } from './core/answer.js';
import type { Command } from './core/command.js';
import { RecordError } from './core/errors.js';
import type { CallDirectory, Clock, RecordingApi } from './core/ports.js';
import type { Metrics } from './http/metrics.js';

const outcomeOf = (error: unknown): string => (error instanceof RecordError ? error.code : 'BUG');

/** Each operation at Genesys with its outcome (`ok`, or the error's code) and how long it took, retries included. */
export function instrumentGenesys(
  api: { readonly recordings: RecordingApi; readonly calls: CallDirectory },
  metrics: Pick<Metrics, 'genesysRequest'>,
  clock: Pick<Clock, 'now'>,
): { readonly recordings: RecordingApi; readonly calls: CallDirectory } {
  async function measure<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const startedAt = clock.now();
    const count = (outcome: string) =>
      metrics.genesysRequest(operation, outcome, (clock.now() - startedAt) / 1000);
    try {
      const result = await work();
      count('ok');
      return result;
    } catch (error) {
      count(outcomeOf(error));
      throw error;
    }
  }
  const { recordings, calls } = api;
  return {
    recordings: {
      canPause: recordings.canPause,
      start: (...args) => measure('start', () => recordings.start(...args)),
      stop: (...args) => measure('stop', () => recordings.stop(...args)),
      setPaused: (recording, paused, ...args) =>
        measure(paused ? 'pause' : 'resume', () => recordings.setPaused(recording, paused, ...args)),
      find: (...args) => measure('find', () => recordings.find(...args)),
      listActive: (...args) => measure('jobs', () => recordings.listActive(...args)),
    },
    calls: {
      listCalls: (...args) => measure('calls', () => calls.listCalls(...args)),
      findOver: (...args) => measure('ended-calls', () => calls.findOver(...args)),
    },
  };
}

type Execute = (command: Command, asker: Asker) => Promise<Answer>;

/** Each command with its outcome: the kind of answer, or the error's code. */
export function instrumentCommands(execute: Execute, metrics: Pick<Metrics, 'recordCommand'>): Execute {
  return async (command, asker) => {
    try {
      const answer = await execute(command, asker);
      metrics.recordCommand(command.name, answer.kind);
      return answer;
    } catch (error) {
      metrics.recordCommand(command.name, outcomeOf(error));
      throw error;
    }
  };
}

type FetchLike = (url: string, init?: never) => Promise<{ readonly status: number }>;

/** Each request to Slack by its Web API method; whatever is not one went through a `response_url`. */
export function instrumentSlack<F>(fetch: F, apiUrl: string, metrics: Pick<Metrics, 'slackRequest'>): F {
  const counted: FetchLike = async (url, init) => {
    const method = String(url).startsWith(apiUrl) ? String(url).slice(apiUrl.length) : 'response_url';
    try {
      const response = await (fetch as FetchLike)(url, init);
      metrics.slackRequest(method, response.status);
      return response;
    } catch (error) {
      metrics.slackRequest(method, 'lost');
      throw error;
    }
  };
  return counted as F;
}
