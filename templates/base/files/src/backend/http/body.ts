import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../shared/app-error.ts';

const parse = express.json({
  limit: limits.http.bodyBytes,
  // Any JSON value: the schema of the route says what it takes.
  strict: false,
  type: 'application/json',
  verify(_request, _response, body) {
    // The parser would replace broken bytes without a word.
    if (!isUtf8(body)) throw new AppError('malformed', { detail: 'The body is not UTF-8.' });
  },
});

/** Reads a JSON body; a body of another type is refused. @throws AppError */
export const readJson: RequestHandler = (request, response, next) => {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.is('application/json'))
    throw new AppError('unsupported-media-type', {
      detail: 'Send the body as JSON: "Content-Type: application/json".',
    });
  parse(request, response, (error?: unknown) => {
    if (error === undefined) next();
    else next(toAppError(error));
  });
};

/** What the parser throws has a type of its own for each reason. */
function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.verify.failed') return new AppError('malformed', { cause: error });
  if (type === 'entity.too.large')
    return new AppError('too-large', {
      detail: `The body may have ${limits.http.bodyBytes} bytes.`,
      cause: error,
    });
  if (status === 415) return new AppError('unsupported-media-type', { cause: error });
  if (status !== undefined && status < 500)
    return new AppError('malformed', { detail: 'The body is not valid JSON.', cause: error });
  return error;
}
