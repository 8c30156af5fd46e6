import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import express, { type Request, type RequestHandler } from 'express';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../shared/app-error.ts';
import { hasRepeatedKey } from './repeated-keys.ts';

const readBytes = promisify(express.raw({ limit: limits.http.bodyBytes, type: () => true }));

/**
 * Reads a JSON body in UTF-8. Express's own parser would replace broken bytes, and drop all but the
 * last of two equal keys, without a word.
 *
 * @throws AppError `unsupported-media-type`, `too-large`, `malformed`, `validation`
 */
export const readJson: RequestHandler = async (request, response, next) => {
  if (hasBody(request)) {
    assertJson(request);
    await readBytes(request, response).catch(refuseBody);
    request.body = parse(request.body as Buffer);
  }
  next();
};

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function assertJson(request: Request): void {
  const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (request.is('application/json') && /^utf-?8$/i.test(charset ?? 'utf-8')) return;
  throw new AppError('unsupported-media-type', {
    detail: 'Send the body as JSON in UTF-8: "Content-Type: application/json".',
  });
}

/** What the reader throws has a status for each reason. */
function refuseBody(error: unknown): never {
  const { status } = error as { status?: number };
  if (status === 413)
    throw new AppError('too-large', {
      detail: `The body may have ${limits.http.bodyBytes} bytes.`,
      cause: error,
    });
  if (status === 415)
    throw new AppError('unsupported-media-type', {
      detail: 'Send the body as it is, or with the content encoding gzip, deflate or br.',
      cause: error,
    });
  if (status === 400)
    throw new AppError('malformed', { detail: 'The body cannot be read.', cause: error });
  throw error;
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new AppError('malformed', { detail: 'The body is not UTF-8.' });
  const text = bytes.toString();
  const value = parseJson(text);
  if (hasRepeatedKey(text))
    throw new AppError('validation', { errors: [{ pointer: '', detail: 'names a key twice' }] });
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('malformed', { detail: 'The body is not valid JSON.', cause: error });
  }
}
