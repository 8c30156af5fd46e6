import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';

/**
 * The fields that a line may have, at any depth: ids, numbers and constants, never what a user wrote.
 * Anything else is written as `[redacted]` until its name stands here.
 */
const shown = new Set(
  [
    'requestId socketId userId user device', // who and where
    'event command reason code factor messages job subject migration', // what
    'method path status ms aborted', // requests
    'address family port', // where it listens
    'origin', // of a page that was refused
  ].flatMap((names) => names.split(' ')),
);

const maxCauses = 3;

/** Creates the log: JSON lines to standard output. What belongs to a request is in a child of it. */
export function createLogger(
  env: Pick<Environment, 'LOG_LEVEL'>,
  // Synchronous, so that the last line before an exit is written.
  output: { write(line: string): void } = destination({ sync: true }),
): Logger {
  return pino(
    {
      level: env.LOG_LEVEL,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: ({ err, ...fields }) =>
          Object.assign(show(fields) as object, err === undefined ? {} : { err }),
      },
      hooks: {
        // The library would take the message of an error as that of the line.
        logMethod(args, write) {
          const hasMessage = args.length > 1 || typeof args[0] === 'string';
          write.apply(this, hasMessage ? args : [args[0], 'error']);
        },
      },
      serializers: { err: (error: unknown) => describeError(error) },
    },
    output,
  );
}

function show(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(show);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, shown.has(key) ? show(field) : '[redacted]']),
  );
}

/** What an error says of itself, without the values that messages of databases and parsers quote. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  const message = error.message.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/gs, '"…"');
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line)) ?? [];
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message,
    stack: [`${error.name}: ${message}`, ...frames].join('\n'),
    ...(error.cause === undefined || depth >= maxCauses
      ? {}
      : { cause: describeError(error.cause, depth + 1) }),
  };
}
