import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import {
  AppError,
  logUnexpected,
  notFound,
  type Quota,
  toAppError,
  toProblem,
} from '../errors/app-error.ts';

/** A path that nothing serves. */
export const unknownRoute: RequestHandler = (request, response) => {
  // A browser shows the 404 of the request itself only after it was allowed to send it.
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'])
    response.status(204).end();
  else throw notFound();
};

/** A path that other methods serve. */
export function methodNotAllowed(methods: readonly string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('get') ? ['head'] : []), 'options']
    .join(', ')
    .toUpperCase();
  return (request, response) => {
    response.set('Allow', allow);
    if (request.method !== 'OPTIONS') throw new AppError('method-not-allowed');
    response.status(204).end();
  };
}

/** Answers whatever was thrown with a problem; only what is unexpected is logged with its cause. */
export const answerError: ErrorRequestHandler = (
  thrown: unknown,
  request,
  response,
  _next, // Express knows an error handler by its four parameters
) => {
  const known = toKnown(thrown);
  const error = toAppError(known);
  logUnexpected(logOf(response), known);
  if (response.headersSent) response.destroy();
  else sendProblem(response, error, request.path);
};

/** Express itself refuses a path that is not well-formed. */
function toKnown(error: unknown): unknown {
  if (error instanceof URIError) return new AppError('malformed', { cause: error });
  return error;
}

function sendProblem(response: Response, error: AppError, instance: string): void {
  const problem = toProblem(error);
  const { status, code, retryAfterMs } = problem;
  response.locals['code'] = code;
  if (retryAfterMs !== undefined)
    response.set('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  if (error.details.quota !== undefined) setQuota(response, error.details.quota);
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        ...problem,
        instance,
        requestId: response.locals['requestId'] as string,
      }),
    );
}

/** The log of the request that is answered: each line of it carries its id and its user. */
export const logOf = (response: Response): Logger => response.locals['log'] as Logger;

/**
 * Reports what is left of a limit.
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function setQuota(response: Response, quota: Quota): void {
  const { name, limit, seconds, left, resetMs } = quota;
  response.set({
    'RateLimit-Policy': `"${name}";q=${limit};w=${seconds}`,
    RateLimit: `"${name}";r=${left};t=${Math.ceil(resetMs / 1_000)}`,
  });
}
