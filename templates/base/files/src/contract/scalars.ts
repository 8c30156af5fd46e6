import { z } from 'zod';
import { limits } from '../configs/limits.ts';

/** C0 controls (tab and newline excepted) and NUL, which no text of ours may hold. */
// eslint-disable-next-line no-control-regex -- naming control characters is the purpose
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/;
/** Characters that reorder the text around them (Unicode TR9, explicit formatting). */
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/;

/** Whether a text is well-formed Unicode: half of a surrogate pair cannot be stored as it is. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Whether a text is well-formed Unicode without control characters. */
export const isCleanText = (text: string): boolean => isWellFormed(text) && !controls.test(text);

const { account, message } = limits;
const utf8 = new TextEncoder();
const codePoints = (text: string): number => Array.from(text).length;

/**
 * A one-line label: 1 to `max` code points, no control or reordering characters. A space at an end is
 * refused: nothing is removed from a text without a word.
 */
export const label = (max: number) =>
  z
    .string()
    .min(1)
    .max(max * 2)
    .refine((text) => codePoints(text) <= max, `at most ${max} characters`)
    .refine((text) => text === text.trim(), 'no space at either end')
    .refine(
      (text) => isCleanText(text) && !/[\n\t]/.test(text) && !bidiControls.test(text),
      'no control or text-reordering characters',
    )
    .meta({ maxLength: max }); // JSON Schema counts code points

/** An identifier: 24 lower-case hexadecimal digits. */
export const id = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'an id is 24 hexadecimal digits')
  .meta({ id: 'Id', description: 'An identifier: 24 lower-case hexadecimal digits.' });

/** What a user writes: stored and returned exactly as it was sent. */
export const content = z
  .string()
  .min(1)
  .max(message.contentCharacters * 2)
  .refine(
    (text) =>
      text.length <= message.contentCharacters ||
      Array.from(text).length <= message.contentCharacters,
    `at most ${message.contentCharacters} characters`,
  )
  .refine(
    (text) =>
      text.length * 3 <= message.contentBytes || utf8.encode(text).length <= message.contentBytes,
    `at most ${message.contentBytes} bytes`,
  )
  .refine(isCleanText, 'no control characters')
  .meta({
    maxLength: message.contentCharacters, // JSON Schema counts code points
    description: `At most ${message.contentBytes} bytes as UTF-8, no control characters.`,
  });

/** The sender's own id of a message, which makes a repeat harmless. */
export const clientMessageId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and - only')
  .max(message.clientMessageIdCharacters)
  .describe("The sender's own id of this message: a repeat with the same one is harmless.");

/** A place in a conversation, or 0 for "before the first". */
export const sequence = z.int().min(0);

/** A moment, ISO 8601 in UTC. */
export const moment = z.iso.datetime().meta({
  id: 'Moment',
  description: 'A moment: ISO 8601 in UTC, such as 2026-01-31T12:00:00.000Z.',
});

/** A whole number in a query string. */
export const queryInteger = (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** The size of a page in a query string. */
export const queryLimit = queryInteger(1, limits.page.maxItems).optional();

/** An opaque place in a list, as the answer before it gave it. */
export const queryCursor = z
  .string()
  .min(1)
  .max(512)
  .optional()
  .describe('The place to go on from: nextCursor of the answer before.');

/** A page of a list with the cursor of the next one, null at the end. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/**
 * A password as it is typed; its length and strength are judged by the service, which answers
 * `weak-password`. Normalised to NFKC, so that the same keys give the same secret everywhere.
 *
 * @see NIST SP 800-63B section 3.1.1.2
 */
export const password = z
  .string()
  .max(account.passwordBytes)
  .refine(isWellFormed, 'not well-formed Unicode')
  .transform((text) => text.normalize('NFKC'))
  .describe(
    `As it is typed; a new one has ${account.passwordMinCharacters} to ${account.passwordMaxCharacters} characters.`,
  );
