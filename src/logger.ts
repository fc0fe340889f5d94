/** The log: JSON lines by pino, from which every secret has been taken out. */
import { type DestinationStream, type LevelWithSilent, pino } from 'pino';
import type { Logger } from './core/ports.js';
import { redactFields, scrubLine, scrubText } from './log-redaction.js';

/**
 * Writes to standard output, or to `destination`.
 *
 * The redaction is ours, since pino's own takes paths of fixed depth, and a Slack payload or an error's cause holds
 * secrets at any. The finished line is scrubbed once more, whatever way it came.
 */
export function createLogger(level: LevelWithSilent, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Errors are plain fields by the time pino sees them; its own serialiser would rewrite them.
    serializers: { err: (value: unknown) => value },
    hooks: { streamWrite: scrubLine },
  };
  const log = destination ? pino(options, destination) : pino(options);

  const at = (method: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (log.isLevelEnabled(method)) log[method](redactFields(fields), scrubText(message));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
