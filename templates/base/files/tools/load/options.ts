import { parseArgs } from 'node:util';

/** What `npm run load` is asked to do. */
export interface LoadOptions {
  /** A server that runs; undefined: one of its own. */
  readonly url: string | undefined;
  readonly users: number;
  /** Members of a room. */
  readonly room: number;
  readonly seconds: number;
  /** Messages a second, of all users together; 0: everybody sends as soon as they are answered. */
  readonly rate: number;
}

export const usage = `npm run load -- [options]

  --users <n>      users, each with one socket         (100)
  --room <n>       members of a room, 2 to 256         (10)
  --seconds <n>    how long they talk                  (10)
  --rate <n>       messages a second of all together;
                   0: each sends when answered         (0)
  --url <address>  a server that runs; without it, one
                   is started on a MongoDB of its own
`;

/** A mistake on the command line. */
export class UsageError extends Error {}

/** Reads the command line. @throws UsageError */
export function parseOptions(args: readonly string[]): LoadOptions {
  const { url, ...numbers } = parse(args);
  const users = numberOf('users', numbers.users, 2, 10_000);
  const room = numberOf('room', numbers.room, 2, Math.min(users, 256));
  const seconds = numberOf('seconds', numbers.seconds, 0.1, 3_600);
  const rate = numberOf('rate', numbers.rate, 0, 1_000_000);
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url)))
    throw new UsageError(`--url ${url} is no address such as http://localhost:3000`);
  return { url: url?.replace(/\/$/, ''), users, room, seconds, rate };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        users: { type: 'string', default: '100' },
        room: { type: 'string', default: '10' },
        seconds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '0' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const number = text === '' ? Number.NaN : Number(text);
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name} ${text} is no number from ${min} to ${max}`);
}
