import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import { logContext } from '../backend/shared/log-context.ts';
import type { Environment } from './env.ts';

/**
 * Creates the log: JSON lines to standard output, each with the request, user or socket it belongs
 * to. Content and secrets are never given to it; the redaction is a second line of defence.
 */
export function createLogger(env: Environment): Logger {
  return pino(
    {
      level: env.LOG_LEVEL,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => logContext.getStore() ?? {},
      redact: {
        paths: ['password', 'token', 'content', 'email', 'authorization', 'cookie'].flatMap(
          (key) => [key, `*.${key}`],
        ),
        censor: '[redacted]',
      },
    },
    // Synchronous, so that the last line before an exit is written.
    destination({ sync: true }),
  );
}
