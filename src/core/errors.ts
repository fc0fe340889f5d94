/**
 * The one error type that crosses layers. Each code says who must act:
 *
 * - the user: `COMMAND_INVALID`, `NOT_PERMITTED`, `NOT_FOUND`, `STATE_CONFLICT`
 * - nobody, wait: `RATE_LIMITED`, `UNAVAILABLE`
 * - an administrator: `GENESYS_REFUSED`, `SLACK_REFUSED`, `CONFIG_INVALID`
 * - whoever maintains the bot or the other side: `UNEXPECTED_RESPONSE`
 *
 * Whatever is thrown and is not a `RecordError` is a bug.
 */
export type ErrorCode =
  | 'COMMAND_INVALID'
  | 'NOT_PERMITTED'
  | 'NOT_FOUND'
  | 'STATE_CONFLICT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'GENESYS_REFUSED'
  | 'SLACK_REFUSED'
  | 'CONFIG_INVALID'
  | 'UNEXPECTED_RESPONSE';

/** Who may do what was refused, for the adapter to name in its own way. Ids as configured. */
export interface Permitted {
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly channels: readonly string[];
}

export interface RecordErrorOptions {
  /** What the reader can do about it: one sentence, plain text. */
  readonly cure?: string;
  /** What stands in the log beside it, and what Genesys support asks for where Genesys gave one. */
  readonly reference?: string | undefined;
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** True when the request may have taken effect although no answer came: look before asking again. */
  readonly maybeDone?: boolean;
  /** With `NOT_PERMITTED`: who could do it. */
  readonly permitted?: Permitted;
  readonly cause?: unknown;
}

/** An error fit for a user: `message` is one plain sentence that says what happened, without secrets. */
export class RecordError extends Error {
  readonly code: ErrorCode;
  readonly cure: string | undefined;
  readonly reference: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly maybeDone: boolean;
  readonly permitted: Permitted | undefined;

  constructor(code: ErrorCode, message: string, options: RecordErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'RecordError';
    this.code = code;
    this.cure = options.cure;
    this.reference = options.reference;
    this.retryAfterMs = options.retryAfterMs;
    this.maybeDone = options.maybeDone ?? false;
    this.permitted = options.permitted;
  }
}

/** The log level an error deserves: a user's mistake is info, somebody else's outage warn, ours error. */
export function levelOf(error: unknown): 'info' | 'warn' | 'error' {
  if (!(error instanceof RecordError)) return 'error';
  switch (error.code) {
    case 'COMMAND_INVALID':
    case 'NOT_PERMITTED':
    case 'NOT_FOUND':
    case 'STATE_CONFLICT':
      return 'info';
    case 'RATE_LIMITED':
    case 'UNAVAILABLE':
    case 'GENESYS_REFUSED':
    case 'SLACK_REFUSED':
      return 'warn';
    default:
      return 'error';
  }
}
