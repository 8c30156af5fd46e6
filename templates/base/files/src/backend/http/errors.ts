import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Problem } from '../../contract/errors.ts';
import { AppError, notFound, toProblem } from '../shared/app-error.ts';

/** A path that nothing serves. */
export const unknownRoute: RequestHandler = () => {
  throw notFound();
};

/** A path that other methods serve. */
export function methodNotAllowed(methods: ReadonlySet<string>): RequestHandler {
  const allow = [...methods, methods.has('GET') ? 'HEAD' : '', 'OPTIONS']
    .filter(Boolean)
    .join(', ');
  return (_request, response) => {
    response.set('Allow', allow);
    throw new AppError('method-not-allowed');
  };
}

/** Answers whatever was thrown with a problem; only what is unexpected is logged with its cause. */
export function answerError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = toKnown(error);
    if (!(known instanceof AppError)) log.error({ err: known }, 'unexpected error');
    const problem = toProblem(known);
    sendProblem(response, { ...problem, instance: request.path });
  };
}

/** Express itself refuses a path that is not well-formed. */
function toKnown(error: unknown): unknown {
  if (error instanceof URIError) return new AppError('malformed', { cause: error });
  return error;
}

function sendProblem(response: Response, problem: Problem): void {
  const { retryAfterMs, status } = problem;
  if (retryAfterMs !== undefined)
    response.set('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  if (status === 401) response.set('WWW-Authenticate', 'Bearer');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, requestId: response.locals['requestId'] as string }));
}
