import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { Problem } from '../src/contract/errors.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../src/contract/events.ts';
import type { Notices } from '../src/contract/index.ts';
import { isUnauthenticated } from './api.ts';

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** What a connection needs. */
export interface ConnectionOptions {
  readonly url: string;
  /** The library's `io`: a page and Node have their own. */
  readonly io: (url: string, options: Partial<ManagerOptions & SocketOptions>) => Socket;
  /** An access token; another one than `refused`. Rejects with a ProblemError when there is none. */
  readonly token: (refused?: string) => Promise<string>;
  /** The sign-in has ended: nothing comes until there is a new one. */
  readonly refused?: (problem: Problem) => void;
  /** A command of this program was not done, as it was wrongly sent; by default a line on the console. */
  readonly misused?: (problem: Notices['problem']) => void;
}

/** After a refusal the next connect comes about this much later, in milliseconds. */
const returnMs = 3_000;

/**
 * Connects, and comes back whenever the connection ends. The library does so when the network fails;
 * what the server says is heard here: that it refuses, that it stops, that the token ends.
 */
export function createConnection(options: ConnectionOptions): {
  readonly socket: ChatSocket;
  close(): void;
} {
  let token: string | undefined; // that the server has
  let refused: string | undefined; // that it did not take
  let returning: ReturnType<typeof setTimeout> | undefined;
  let mustWait = false; // until `returning`

  const socket: ChatSocket = options.io(options.url, {
    transports: ['websocket'],
    forceNew: true,
    auth: (give) => {
      options.token(refused).then((next) => give({ token: (token = next) }), withoutToken);
    },
  });

  function comeBack(milliseconds: number): void {
    clearTimeout(returning);
    returning = setTimeout(() => {
      mustWait = false;
      socket.disconnect().connect();
    }, milliseconds);
  }

  function end(problem: Problem): void {
    close();
    options.refused?.(problem);
  }

  /** Only the server's word ends a sign-in, an unreachable network does not. */
  function withoutToken(error: unknown): void {
    if (isUnauthenticated(error)) end(error.problem);
    else comeBack(soon());
  }

  function close(): void {
    clearTimeout(returning);
    socket.disconnect();
  }

  socket.on('connect', () => {
    clearTimeout(returning);
    refused = undefined;
  });
  socket.on('connect_error', (error: Error & { data?: Problem }) => {
    const problem = error.data;
    if (problem?.code !== 'unauthenticated') {
      if (!socket.active) comeBack(problem?.retryAfterMs ?? soon());
    } else if (refused === undefined) {
      // The clock of this machine may be wrong about the token: a new one is tried once.
      refused = token ?? '';
      comeBack(0);
    } else end(problem);
  });
  socket.on('disconnect', (reason) => {
    if (mustWait) socket.disconnect();
    else if (reason === 'io server disconnect') comeBack(soon());
  });
  socket.on('server:draining', ({ reconnectInMs }) => {
    // Each client got a moment of its own; also when the server closes before, it is kept.
    mustWait = true;
    comeBack(reconnectInMs);
  });
  socket.on('problem', options.misused ?? warn);
  socket.on('auth:expiring', () => {
    options.token(token).then(
      (next) => socket.emit('auth:refresh', { token: (token = next) }, () => {}),
      () => {}, // the server closes the socket, and the next connect says why
    );
  });
  return { socket, close };
}

/** Spread, so that clients do not come back at once. */
const soon = (): number => returnMs * (0.5 + Math.random());

/** Who wrote the program looks there first. */
function warn({ event, code, detail }: Notices['problem']): void {
  // oxlint-disable-next-line no-console -- a page has no other log
  console.warn(`${event} was refused (${code}): ${detail}`);
}
