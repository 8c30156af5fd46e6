import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import express, { type IRouter, type Request, type RequestHandler, type Response } from 'express';
import { networkOf } from '../lib/address.ts';
import { OpenCounts } from '../rate-limits/open-counts.ts';
import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';

/** As Node answers what its own limit for a request ends. */
const timeout = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

const readBytes = promisify(express.raw({ limit: limits.http.bodyBytes, type: () => true }));

/**
 * Reads a JSON body in UTF-8; Express's own parser would replace broken bytes without a word. What it
 * throws: `unsupported-media-type`, `too-large`, `malformed`, `too-many-connections`.
 */
export function readJson(unfinished: UnfinishedBodies): RequestHandler {
  return async (request, response, next) => {
    if (hasBody(request)) {
      // Whether a chunked body is empty is known only at its end.
      if (request.headers['content-length'] !== undefined) assertJson(request);
      const address = response.locals['address'] as string;
      await unfinished
        .read(address, () => readBytes(request, response))
        .catch((error: unknown) => refuseBody(error, response));
      request.body = parseBody(request);
    }
    next();
  };
}

/** An empty body is no body, whatever its type: many clients name one with every request. */
function parseBody(request: Request): unknown {
  const bytes = request.body as Buffer;
  if (bytes.length === 0) return undefined;
  assertJson(request);
  return parse(bytes);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function assertJson(request: Request): void {
  const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (request.is('application/json') && /^utf-?8$/i.test(charset ?? 'utf-8')) return;
  throw new AppError('unsupported-media-type', {
    detail: 'Send the body as JSON in UTF-8: "Content-Type: application/json".',
  });
}

/** What the reader throws has a status for each reason; the rest of a body is not waited for. */
function refuseBody(error: unknown, response: Response): never {
  response.set('Connection', 'close');
  const { status } = error as { status?: number };
  if (status === 413)
    throw new AppError('too-large', {
      detail: `Send a body of ${limits.http.bodyBytes} bytes or fewer.`,
      cause: error,
    });
  if (status === 415)
    throw new AppError('unsupported-media-type', {
      detail: 'Send the body uncompressed, or with the content encoding gzip, deflate or br.',
      cause: error,
    });
  if (status === 400)
    throw new AppError('malformed', { detail: 'The body cannot be read.', cause: error });
  throw error;
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new AppError('malformed', { detail: 'The body is not UTF-8.' });
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new AppError('malformed', { detail: 'The body is not valid JSON.', cause: error });
  }
}

/**
 * Ends requests whose bodies are not there in time, whoever reads them, or nobody, as after a refusal.
 * Those that a feature streams have the time that Node gives them, until they are answered.
 */
export class BodyTimes {
  readonly #streamed = new WeakSet<IncomingMessage>();

  /** For each request of a server. */
  readonly limit = (request: IncomingMessage, response: ServerResponse): void => {
    if (!hasBody(request)) return;
    const { socket } = request;
    const timer = setInterval(() => {
      if (request.complete) return clearInterval(timer);
      if (this.#streamed.has(request) && !response.writableEnded) return;
      // Its client may go on after the end of our side.
      if (response.headersSent) socket.destroy();
      else socket.end(timeout, () => socket.destroy());
    }, limits.http.requestTimeoutMs);
    request.once('close', () => clearInterval(timer));
  };

  /** Where bodies may be streamed. */
  through(streams: IRouter): readonly RequestHandler[] {
    return [
      (request, _response, next) => next(void this.#streamed.add(request)),
      streams,
      (request, _response, next) => next(void this.#streamed.delete(request)),
    ];
  }
}

/**
 * The requests whose bodies come slowly, counted for each address. A body that is there soon is
 * never counted, so that many at once from behind one address do no harm.
 */
export class UnfinishedBodies {
  readonly #slow: OpenCounts;

  /** `factor` multiplies how many an address may have. */
  constructor(factor: number) {
    this.#slow = new OpenCounts(limits.http.unfinishedBodies * factor);
  }

  /**
   * Waits for a body with the reader that is given.
   *
   * @throws AppError `too-many-connections` when others of this address are waited for already
   */
  async read(address: string, reader: () => Promise<void>): Promise<void> {
    const network = networkOf(address);
    let isCounted = false;
    let timer: NodeJS.Timeout | undefined;
    const crowded = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        isCounted = this.#slow.enter(network);
        if (!isCounted) reject(tooMany());
      }, limits.http.unfinishedBodyMs);
    });
    try {
      await Promise.race([crowded, reader()]);
    } finally {
      clearTimeout(timer);
      if (isCounted) this.#slow.leave(network);
    }
  }
}

const tooMany = (): AppError =>
  new AppError('too-many-connections', {
    detail: 'Other requests of this address have not sent their bodies yet: send each at once.',
    retryAfterMs: limits.http.requestTimeoutMs,
  });
