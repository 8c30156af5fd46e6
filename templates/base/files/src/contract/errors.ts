import { z } from 'zod';

/** Every error code that a client can meet, with its HTTP status. */
export const problemStatus = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  blocked: 403,
  'not-found': 404,
  'unknown-event': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'username-taken': 409,
  'email-taken': 409,
  'already-deleted': 409,
  'last-owner': 409,
  'limit-reached': 409,
  'quota-exceeded': 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  validation: 422,
  'weak-password': 422,
  'idempotency-mismatch': 422,
  'upload-rejected': 422,
  'rate-limited': 429,
  'too-many-connections': 429,
  internal: 500,
  unavailable: 503,
} as const;

/** The last part of a problem's type. */
export type ProblemCode = keyof typeof problemStatus;

const codes = Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]];

/**
 * An error as REST answers and socket acknowledgements carry it.
 *
 * @see RFC 9457
 */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(codes),
    detail: z.string().optional(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    /** What is wrong with the input, each with a JSON Pointer (RFC 6901). */
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    retryAfterMs: z.int().min(0).optional(),
  })
  .meta({ id: 'Problem' });

/** An error as clients see it. */
export type Problem = z.output<typeof problem>;

/** What acknowledges a command. */
export type Acknowledgement<Data> = { ok: true; data: Data } | { ok: false; error: Problem };
