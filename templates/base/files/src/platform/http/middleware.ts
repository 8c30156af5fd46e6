import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { ProblemCode } from '../../contract/errors.ts';
import { clientAddress, networkOf, type IsProxy } from '../lib/address.ts';
import { AppError } from '../errors/app-error.ts';
import type { Events } from '../lib/events.ts';
import type { Limiters } from '../rate-limits/limiters.ts';
import { logOf, setQuota } from './problems.ts';

/** Names of refusals in the OWASP logging vocabulary. */
const events: Partial<Record<ProblemCode, string>> = {
  forbidden: 'authz_fail',
  malformed: 'input_validation_fail',
  'rate-limited': 'excess_rate_limit_exceeded',
  'too-large': 'input_validation_fail',
  unauthenticated: 'authn_fail',
  validation: 'input_validation_fail',
};

/** Gives a request an id and a log that carries it, and emits its end. */
export function requestContext(ports: {
  readonly log: Logger;
  readonly events: Events;
}): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.locals['requestId'] = requestId;
    response.locals['log'] = ports.log.child({ requestId });
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const ms = performance.now() - startedAt;
      ports.events.emit('request:ended', {
        method: request.method,
        route: (request.route as { path: string } | undefined)?.path ?? '',
        status: response.statusCode,
        ms,
      });
      logEnd(request, response, ms);
    });
    next();
  };
}

/** Only the path: a query string may hold what does not belong in a log. */
function logEnd(request: Request, response: Response, ms: number): void {
  const log = logOf(response);
  const { statusCode: status, writableFinished } = response;
  const code = response.locals['code'] as ProblemCode | undefined;
  const event = code && events[code];
  const line = {
    method: request.method,
    path: request.path,
    status,
    ms: Math.round(ms),
    ...(code === undefined ? {} : { code }),
    ...(event === undefined ? {} : { event }),
    ...(writableFinished ? {} : { aborted: true }),
  };
  // An error is a bug; a node that drains or waits for its database is none.
  if (status >= 500 && code !== 'unavailable') log.error(line, 'request failed');
  else if (status >= 500) log.warn(line, 'request failed');
  else if (status >= 400) log.info(line, 'request refused');
  // Probes and pages ask all day long.
  else log[request.path.startsWith('/v1/') ? 'info' : 'debug'](line, 'request served');
}

/** Answers are for one user: no cache keeps them. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** Before the database was checked nothing may read or write it: only the process itself answers. */
export function refuseUntilStarted(isStarted: () => boolean): RequestHandler {
  return (request, _response, next) => {
    if (!isStarted() && request.path !== '/livez')
      throw new AppError('unavailable', { detail: 'This node is starting.', retryAfterMs: 1_000 });
    next();
  };
}

/** URLs end up in logs and histories: a token there is refused, not ignored. */
export const refuseTokensInUrls: RequestHandler = (request, _response, next) => {
  if (Object.hasOwn(request.query, 'token') || Object.hasOwn(request.query, 'access_token'))
    throw new AppError('malformed', {
      detail: 'A token does not belong in a URL: send it as "Authorization: Bearer <token>".',
    });
  next();
};

/** One rate limit for everything that comes from one address, and what is left of it in every answer. */
export function limitAddress(limiters: Limiters, isProxy: IsProxy): RequestHandler {
  return (request, response, next) => {
    const address = clientAddress(request, isProxy);
    response.locals['address'] = address;
    const network = networkOf(address);
    limiters.consume('global', network);
    setQuota(response, limiters.quota('global', network));
    next();
  };
}

/** Says once that a proxy forwards requests although none is trusted: all clients are one address. */
export function noticeProxy(log: Logger, trust: number | readonly string[]): RequestHandler {
  let hasWarned = trust !== 0;
  return (request, _response, next) => {
    if (!hasWarned && request.headers['x-forwarded-for'] !== undefined) {
      hasWarned = true;
      log.warn('a proxy forwards requests, but TRUST_PROXY is 0: all clients share one limit');
    }
    next();
  };
}
