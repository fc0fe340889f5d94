/** The process: .env, settings, start, signals, exit code. The only reader of `process.env`. */
import { config as loadDotenv } from 'dotenv';
import { readConfig } from './config.js';
import { RecordError } from './core/errors.js';
import { createLogger } from './logger.js';
import type { Service } from './service.js';

/** After a second signal, or when stopping hangs, the process ends all the same, in milliseconds. */
const stopWithinMs = 25_000;

async function main(): Promise<void> {
  loadDotenv({ quiet: true });
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, 'a bug: the bot ends, and settles what is half done at its next start');
    process.exit(1);
  });
  // Loaded only when the settings are right: the packages behind it take most of a second.
  const { createService } = await import('./service.js');
  const service = createService(config, { logger });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(service));
  await service.start();
}

async function stop(service: Service): Promise<void> {
  setTimeout(() => process.exit(1), stopWithinMs).unref();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await service.stop();
  process.exit(0);
}

main().catch((error: unknown) => {
  // The log may be what is misconfigured, so this goes to the terminal as it is.
  const text =
    error instanceof RecordError
      ? [error.message, error.cure].filter(Boolean).join('\n')
      : (error as Error).stack;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
