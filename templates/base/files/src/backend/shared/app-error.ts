import { problemStatus, type Problem, type ProblemCode } from '../../contract/errors.ts';

/** What a problem may carry besides its code. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  /** Milliseconds after which a repeat makes sense. */
  readonly retryAfterMs?: number;
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
 * Turns whatever was thrown into a problem; anything but an `AppError` says `internal` and nothing
 * of itself.
 *
 * @see RFC 9457
 */
export function toProblem(error: unknown): Problem {
  const known = error instanceof AppError ? error : new AppError('internal');
  const { detail, errors, retryAfterMs } = known.details;
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
