import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { networkOf } from '../shared/address.ts';
import { AppError } from '../shared/app-error.ts';
import type { Limiters } from '../shared/limiters.ts';
import { logContext } from '../shared/log-context.ts';

/** Gives a request an id that every log line and every problem of it carries, and logs its end. */
export function requestContext(log: Logger): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.locals['requestId'] = requestId;
    response.set('X-Request-Id', requestId);
    logContext.run({ requestId }, () => {
      response.once('finish', () => {
        const status = response.statusCode;
        // Only the path: a query string may hold what does not belong into a log.
        const line = {
          method: request.method,
          path: request.path,
          status,
          ms: Math.round(performance.now() - startedAt),
        };
        if (status >= 500) log.error(line, 'request failed');
        else if (status >= 400) log.info(line, 'request refused');
        else log.debug(line, 'request served');
      });
      next();
    });
  };
}

/** Answers are for one user: no cache keeps them. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** URLs end up in logs and histories: a token there is refused, not ignored. */
export const refuseTokensInUrls: RequestHandler = (request, _response, next) => {
  if (Object.hasOwn(request.query, 'token') || Object.hasOwn(request.query, 'access_token'))
    throw new AppError('malformed', {
      detail: 'A token does not belong into a URL: send it as "Authorization: Bearer <token>".',
    });
  next();
};

/** One bucket for everything that comes from one address. */
export function limitAddress(limiters: Limiters): RequestHandler {
  return async (request, _response, next) => {
    await limiters.take('global', networkOf(request.ip ?? ''));
    next();
  };
}
