import type { Logger } from 'pino';
import { problemStatus, type Problem, type ProblemCode } from '../../contract/errors.ts';
import { isDatabaseUnavailable } from './database-errors.ts';

/** A limit and what is left of it. */
export interface Quota {
  /** Its name in `limits.rate`. */
  readonly name: string;
  /** How much may come at once. */
  readonly limit: number;
  /** Seconds until all of it is back. */
  readonly seconds: number;
  readonly left: number;
  /** Milliseconds until some of it comes back. */
  readonly resetMs: number;
}

const unavailableMs = 1_000; // when the error says nothing better

/** What a problem may carry in addition to its code. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs?: number;
  /** The limit that was reached. */
  readonly quota?: Quota;
  readonly cause?: unknown;
}

/** An error that a client may see; everything else becomes `internal`. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? code, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** For what does not exist, and for what the caller may not even know about. */
export const notFound = (): AppError => new AppError('not-found');

/** Whether an error says that what it is about is not there any more. */
export const isGone = (error: unknown): boolean =>
  error instanceof AppError && ['already-deleted', 'not-found'].includes(error.code);

/** For one place of the input, a JSON Pointer, which no schema refuses. */
export const invalid = (pointer: string, detail: string): AppError =>
  new AppError('validation', { errors: [{ pointer, detail }] });

/** For what no page of a list has given. */
export const badCursor = (): AppError => invalid('/query/cursor', 'is not a cursor of this list');

/**
 * Turns whatever was thrown into what a client may see: `unavailable` while the database is unavailable,
 * else `internal`, which says nothing of itself.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(isDatabaseUnavailable(error) ? 'unavailable' : 'internal', { cause: error });
}

/**
 * The problem that an error is to a client.
 *
 * @see RFC 9457
 */
export function toProblem(error: unknown): Problem {
  const known = toAppError(error);
  const { detail, errors } = known.details;
  const advice = known.code === 'unavailable' ? unavailableMs : undefined;
  const retryAfterMs = known.details.retryAfterMs ?? advice;
  return {
    type: `urn:problem:${known.code}`,
    title: titleOf(known.code),
    status: problemStatus[known.code],
    code: known.code,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
  };
}

function titleOf(code: ProblemCode): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Logs unexpected errors: a bug, a database that is unavailable, or a change that conflicted with
 * others until it was given up; `of` says whose it was.
 */
export function logUnexpected(
  log: Logger,
  error: unknown,
  of: Readonly<Record<string, string>> = {},
): void {
  const { code, cause } = toAppError(error);
  if (code === 'internal') log.error({ err: error, ...of }, 'unexpected error');
  else if (code === 'unavailable' && cause !== undefined)
    log.warn(
      { err: cause, ...of },
      isDatabaseUnavailable(cause) ? 'the database is unavailable' : 'a change may not be stored',
    );
}
