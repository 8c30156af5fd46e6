import type { z } from 'zod';
import { limits } from '../../configs/limits.ts';
import { AppError, invalid } from '../errors/app-error.ts';
import { sentenceOf } from './validation-words.ts';

/**
 * Refuses what a schema cannot walk: input that is nested too deep or too wide, since recursion over
 * 15,000 levels overflows the stack, and objects that hide `toString`, which throw where they are
 * compared with a number. Iterative for the first reason.
 *
 * @throws AppError `validation`
 */
export function assertShape(input: unknown): void {
  let level: unknown[] = [input];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limits.input.depth)
      throw invalid('', `is nested too deep: send at most ${limits.input.depth} levels`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const children = Object.values(value);
      const max = Array.isArray(value) ? limits.input.arrayItems : limits.input.objectKeys;
      if (children.length > max) throw invalid('', `has too many items: send at most ${max}`);
      if (Object.hasOwn(value, 'toString'))
        throw invalid('', 'has a key toString, which nothing takes');
      next.push(...children);
    }
    level = next;
  }
}

/**
 * Parses input by the schema that types it; `place` leads the JSON Pointers of what is wrong. Where no
 * input is needed, `null` is none: many clients cannot leave it out.
 *
 * @throws AppError `validation`
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  place = '',
): z.output<Schema> {
  const given = input === null && needsNothing(schema) ? undefined : input;
  const result = schema.safeParse(given, words);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => {
    const detail = issue.message;
    // One issue names all unknown keys of an object; each gets an error of its own.
    const paths = 'keys' in issue ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({ pointer: pointer(place, path), detail }));
  });
  throw new AppError('validation', { errors: errors.slice(0, limits.input.objectKeys) });
}

const words = { error: sentenceOf };

const needsNothing = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;

/** Whether a body is none: absent, `null`, or the `{}` that many clients send where there is nothing. */
export const isNothing = (body: unknown): boolean =>
  body === undefined ||
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0);

/** @see RFC 6901 */
const pointer = (place: string, path: readonly PropertyKey[]): string =>
  [place, ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].join(
    '/',
  );

/**
 * Checks an answer against its schema, so that tests find what must not get out; nothing is changed.
 *
 * @throws Error for a missing, wrong or additional field.
 */
export function assertOutput(schema: z.ZodType, output: unknown): void {
  const parsed = JSON.stringify(sorted(schema.parse(output)));
  const given = JSON.stringify(sorted(output));
  if (parsed !== given)
    throw new Error(`an answer does not fit its schema: ${given} not ${parsed}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}
