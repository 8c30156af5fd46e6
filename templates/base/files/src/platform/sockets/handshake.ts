import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { responseTo } from './engine-internals.ts';
import type { Problem } from '../../contract/errors.ts';
import { clientAddress, createIsProxy, networkOf, type IsProxy } from '../lib/address.ts';
import { AppError, logUnexpected, toAppError, toProblem } from '../errors/app-error.ts';
import type { ConnectRefusal } from '../lib/events.ts';
import { EngineConnections } from './engine-connections.ts';
import type { ServerSocket, SocketPorts } from './types.ts';
import { ConnectionLimits } from './connection-limits.ts';
import type { Violations } from './violations.ts';

/** What Socket.IO turns into a `connect_error` whose `data` is the problem. */
class Refusal extends Error {
  readonly data: Problem;
  readonly reason: ConnectRefusal;

  constructor(error: unknown, reason: ConnectRefusal = toAppError(error).code) {
    super(toProblem(error).title, { cause: error });
    this.data = toProblem(error);
    this.reason = reason;
  }
}

/** Decides who may connect. */
export class Handshake {
  readonly #ports: SocketPorts;
  readonly #violations: Violations;
  readonly #isProxy: IsProxy;
  readonly #connections: EngineConnections;
  readonly #limits: ConnectionLimits;

  constructor(ports: SocketPorts, violations: Violations) {
    this.#ports = ports;
    this.#violations = violations;
    this.#isProxy = createIsProxy(ports.env.TRUST_PROXY);
    this.#connections = new EngineConnections(this.#isProxy, ports.timers);
    this.#limits = new ConnectionLimits(ports.env.RATE_LIMIT_FACTOR);
  }

  /** Before the engine looks at a request: what no client of this backend would send. */
  checkRequest(request: IncomingMessage, next: () => void): void {
    const fault = findFault(request, this.#ports.env.SOCKET_POLLING);
    if (fault === undefined) next();
    else if (this.#mayCome(request)) this.#refuse(request, fault.error, fault.reason);
  }

  /**
   * Before any session exists: the origin, and how often an address may come. The engine asks for
   * those only that begin a connection.
   */
  allowRequest(
    request: IncomingMessage,
    decide: (error: string | null | undefined, isAllowed: boolean) => void,
  ): void {
    // A refused request is answered here: the engine would say 400, whatever the reason.
    if (!this.#mayCome(request)) return;
    const { origin, host } = request.headers;
    if (origin !== undefined && !this.#ports.origins.allows(origin, host)) {
      const detail = 'A page of this origin may not connect: the server lists those that may';
      return this.#refuse(request, new AppError('forbidden', { detail }), 'origin');
    }
    // The answer to the upgrade and the first packet leave in one write.
    const { socket } = request;
    socket.cork();
    setImmediate(() => socket.uncork());
    decide(null, true);
  }

  /** At the handshake of the namespace: the token, and how many sockets there are. @throws a `connect_error` */
  async accept(socket: ServerSocket, isOpen: boolean): Promise<void> {
    try {
      if (!isOpen) throw new AppError('unavailable', { retryAfterMs: 1_000 });
      await this.#identify(socket);
    } catch (error) {
      // The answer goes out first; a refused transport would otherwise stay until its timeout.
      setImmediate(() => socket.conn.close());
      const refusal = error instanceof Refusal ? error : new Refusal(error);
      this.#ports.events.emit('connect:refused', { reason: refusal.reason });
      logUnexpected(this.#ports.log, refusal.cause, { socketId: socket.id });
      throw refusal;
    }
  }

  async #identify(socket: ServerSocket): Promise<void> {
    const address = this.#connections.claim(socket.conn);
    const { token } = socket.handshake.auth as { token?: unknown };
    if (typeof token !== 'string')
      throw new AppError('unauthenticated', {
        detail: 'Give an access token in the connect: io(url, { auth: { token } })',
      });
    const caller = await this.#ports.authenticate(token);
    const banMs = this.#violations.banMs(caller.userId);
    if (banMs !== undefined)
      throw new Refusal(
        new AppError('rate-limited', {
          retryAfterMs: banMs,
          detail: 'Too much of what this user sent was refused: look at the answers',
        }),
        'banned',
      );
    // A socket that left meanwhile would never be released.
    if (socket.conn.readyState === 'closed') throw new AppError('unavailable');
    this.#connections.hold(socket, this.#limits.acquire(caller.userId, address));
    socket.data.caller = caller;
  }

  /** Consumes the rate of the address, before anything else is said about a request. */
  #mayCome(request: IncomingMessage): boolean {
    try {
      const network = networkOf(clientAddress(request, this.#isProxy));
      this.#ports.limiters.consume('handshake', network);
      return true;
    } catch (error) {
      this.#refuse(request, toAppError(error), 'rate-limited');
      return false;
    }
  }

  #refuse(request: IncomingMessage, error: AppError, reason: ConnectRefusal): void {
    this.#ports.events.emit('connect:refused', { reason });
    answerProblem(request, error);
  }
}

/** A handshake that is refused before there is a connection. */
export interface RefusedRequest {
  readonly reason: ConnectRefusal;
  readonly error: AppError;
}

const malformed = (reason: ConnectRefusal, detail: string): RefusedRequest => ({
  reason,
  error: new AppError('malformed', { detail }),
});

/** What of a request of the engine no client of this backend would send. */
export function findFault(
  request: IncomingMessage,
  isPollingAllowed: boolean,
): RefusedRequest | undefined {
  const query = queryOf(request);
  const transport = query.get('transport');
  if (transport !== 'websocket' && !(isPollingAllowed && transport === 'polling'))
    return malformed(
      'transport',
      "Use the websocket transport: io(url, { transports: ['websocket'], auth: { token } })",
    );
  if (query.get('EIO') !== '4')
    return malformed('protocol', 'Use Engine.IO 4 (EIO=4): Socket.IO clients speak it since 3.0');
  if (query.has('token') || query.has('access_token'))
    return malformed(
      'token-in-url',
      'Give the token in the connect, never in a URL: io(url, { auth: { token } })',
    );
  if (transport === 'websocket' && responseTo(request) !== undefined)
    return malformed(
      'transport',
      'This is no WebSocket: a proxy in between must pass the headers Upgrade and Connection on',
    );
  return undefined;
}

/** Answers a request with a problem, and ends what would have become a WebSocket. */
export function answerProblem(request: IncomingMessage, error: AppError): void {
  const problem = toProblem(error);
  const { status, retryAfterMs } = problem;
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(retryAfterMs !== undefined && { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) }),
  };
  const response = responseTo(request);
  if (response !== undefined) return void response.writeHead(status, headers).end(body);
  const { socket } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // Nobody else listens to it, and an error that nobody hears ends the process.
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams =>
  new URLSearchParams(url.replace(/^[^?]*/, ''));
