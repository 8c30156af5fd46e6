import type { IncomingMessage } from 'node:http';
import { limits } from '../../configs/limits.ts';
import type { Problem } from '../../contract/errors.ts';
import { clientAddress, createIsProxy, networkOf } from '../shared/address.ts';
import { AppError, toProblem } from '../shared/app-error.ts';
import { capFactor } from '../shared/limiters.ts';
import type { ServerSocket, SocketPorts } from './index.ts';

/** Decides who may connect. */
export interface Admission {
  /** Before any session exists: the origin, and no token in the URL. */
  allowRequest(
    request: IncomingMessage,
    decide: (error: string | null | undefined, isAllowed: boolean) => void,
  ): void;
  /** At the handshake of the namespace: the token and the caps. @throws a `connect_error` */
  admit(socket: ServerSocket, isOpen: boolean): Promise<void>;
  /** Bans a user for a while after too many refused commands. */
  ban(userId: string): void;
}

/** What Socket.IO turns into a `connect_error` whose `data` is the problem. */
class Refusal extends Error {
  readonly data: Problem;

  constructor(error: unknown) {
    super(toProblem(error).title, { cause: error });
    this.data = toProblem(error);
  }
}

/** Creates the admission of one node. */
export function createAdmission(ports: SocketPorts): Admission {
  const { env, authenticate } = ports;
  const isProxy = createIsProxy(env.TRUST_PROXY);
  const factor = capFactor(env.RATE_LIMIT_FACTOR);
  const perUser = createCounter(limits.socket.perUser * factor);
  const perAddress = createCounter(limits.socket.perAddress * factor);
  const total = createCounter(limits.socket.total * factor);
  const banned = new Map<string, { readonly until: number; readonly end: NodeJS.Timeout }>();

  async function identify(socket: ServerSocket): Promise<void> {
    const { token } = socket.handshake.auth as { token?: unknown };
    if (typeof token !== 'string') throw new AppError('unauthenticated');
    const caller = await authenticate(token);
    const ban = banned.get(caller.userId);
    if (ban !== undefined)
      throw new AppError('rate-limited', {
        retryAfterMs: Math.max(1, Math.ceil(ban.until - performance.now())),
      });
    const address = networkOf(clientAddress(socket.request, isProxy));
    // Who left meanwhile would never give the place back.
    if (socket.conn.readyState === 'closed') throw new AppError('unavailable');
    if (!perUser.fits(caller.userId) || !perAddress.fits(address) || !total.fits(''))
      throw new AppError('too-many-connections');
    perUser.enter(caller.userId);
    perAddress.enter(address);
    total.enter('');
    socket.conn.on('close', () => {
      perUser.leave(caller.userId);
      perAddress.leave(address);
      total.leave('');
    });
    socket.data.caller = caller;
  }

  return {
    allowRequest(request, decide) {
      const { origin, host, upgrade } = request.headers;
      const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
      if (query.has('token') || query.has('access_token'))
        return decide('no token in a URL', false);
      if (origin === undefined || isAllowed(origin, host, env.ALLOWED_ORIGINS))
        return decide(null, true);
      // The engine answers a refused upgrade with 400, whatever the reason.
      if (upgrade === undefined) return decide('origin', false);
      request.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n', () =>
        decide('origin', false),
      );
    },
    async admit(socket, isOpen) {
      try {
        if (!isOpen) throw new AppError('unavailable', { retryAfterMs: 1_000 });
        await identify(socket);
      } catch (error) {
        // The answer goes out first; a refused transport would otherwise stay until its timeout.
        setImmediate(() => socket.conn.close());
        throw new Refusal(error);
      }
    },
    ban(userId) {
      const banMs = (limits.socket.strikeBanSeconds * 1_000) / factor;
      clearTimeout(banned.get(userId)?.end);
      const end = setTimeout(() => banned.delete(userId), banMs).unref();
      banned.set(userId, { until: performance.now() + banMs, end });
    },
  };
}

/** Exactly one of the listed origins; with an empty list, the page's own. */
function isAllowed(origin: string, host: string | undefined, list: readonly string[]): boolean {
  if (list.length > 0) return list.includes(origin);
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Counts what is open. */
function createCounter(most: number) {
  const counts = new Map<string, number>();
  return {
    fits: (key: string): boolean => (counts.get(key) ?? 0) < most,
    enter: (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1),
    leave(key: string): void {
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
}
