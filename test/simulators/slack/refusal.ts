import type { JsonObject } from './types.js';

/** Thrown where Slack answers `{ok: false, error}`. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: JsonObject;

  constructor(code: string, details: JsonObject = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** The form in which Slack lists what is wrong with blocks and views. */
export const refuseWith = (code: string, problems: readonly string[]): Refusal =>
  new Refusal(code, {
    errors: problems,
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  });
