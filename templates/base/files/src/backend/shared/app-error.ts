import { problemStatus, type Problem, type ProblemCode } from '../../contract/errors.ts';
import { isDatabaseAway } from './database-away.ts';

/** A limit and what is left of it. */
export interface Budget {
  /** Its name in `limits.rate`. */
  readonly name: string;
  /** How much may come at once. */
  readonly quota: number;
  /** Seconds until an empty budget is full again. */
  readonly seconds: number;
  readonly left: number;
  /** Milliseconds until some of it comes back. */
  readonly resetMs: number;
}

const unavailableMs = 1_000; // when whoever threw it knows no better

/** What a problem may carry besides its code. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  /** Milliseconds after which a repeat makes sense. */
  readonly retryAfterMs?: number;
  /** The limit that was reached. */
  readonly budget?: Budget;
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

/** The absent, and what somebody may not even know of. */
export const notFound = (): AppError => new AppError('not-found');

/**
 * Turns whatever was thrown into what a client may see: `unavailable` while the database is away,
 * else `internal`, which says nothing of itself.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(isDatabaseAway(error) ? 'unavailable' : 'internal', { cause: error });
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
