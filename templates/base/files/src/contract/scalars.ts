import { z } from 'zod';
import { limits } from '../configs/limits.ts';
import { hasVisibleText } from './text.ts';

/** C0 controls, NUL among them, which no text of ours may hold; tab and newline are text. */
// eslint-disable-next-line no-control-regex -- naming control characters is the purpose
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/;
/** Characters that reorder the text around them (Unicode TR9, explicit formatting). */
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/;

/** What `label` takes, for those who read the documents only. */
const outside = '\\u0000-\\u001f\\u007f\\u202a-\\u202e\\u2066-\\u2069';
const spaces = '\\s\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';
const labelPattern = `^[^${spaces}${outside}](?:[^${outside}]*[^${spaces}${outside}])?$`;
/** What `content` takes, but for something that can be seen. */
const contentPattern = (min: 0 | 1): string =>
  `^(?:[^\\u0000-\\u0008\\u000b-\\u001f\\u007f]|\\r\\n)${min === 0 ? '*' : '+'}$`;

/** Whether a text is well-formed Unicode: half of a surrogate pair cannot be stored as it is. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Why a text is refused that is not well-formed. */
export const halfCharacter = 'has half a character (a lone surrogate): send whole ones';

const { account, message } = limits;
const utf8 = new TextEncoder();
const inEnglish = (count: number): string => count.toLocaleString('en');

/** How many characters there may be, in words. */
export const lengthWords = (min: number, max: number): string =>
  `must be ${inEnglish(min)} to ${inEnglish(max)} characters`;

/** Whether a text has 1 to `max` code points, which is how JSON Schema counts. */
export const hasLength = (text: string, max: number): boolean =>
  text !== '' && (text.length <= max || (text.length <= max * 2 && Array.from(text).length <= max));

/**
 * A one-line label: 1 to `max` code points, no control or reordering characters. A space at an end is
 * refused: nothing is removed from a text without a word.
 */
export const label = (max: number) =>
  z
    .string()
    .refine((text) => hasLength(text, max), { error: lengthWords(1, max), abort: true })
    .refine(isWellFormed, halfCharacter)
    .refine((text) => text === text.trim(), 'must have no space at either end')
    .refine(hasVisibleText, 'must have something that can be seen')
    .refine(
      (text) => !controls.test(text) && !/[\n\t]/.test(text) && !bidiControls.test(text),
      'must have no control or text-reordering characters',
    )
    .meta({ minLength: 1, maxLength: max, pattern: labelPattern, examples: ['Anna'] });

/** An identifier: 24 lower-case hexadecimal digits. */
export const id = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'must be an id: 24 hexadecimal digits in lower case')
  .meta({
    id: 'Id',
    description: 'An identifier: 24 lower-case hexadecimal digits.',
    examples: ['6650a1b2c3d4e5f60718293a'],
  });

/** What `content` takes; also an empty text where `min` is 0. */
const contentFrom = (min: 0 | 1) =>
  z
    .string()
    .refine((text) => (min === 0 && text === '') || hasLength(text, message.contentCharacters), {
      error: lengthWords(1, message.contentCharacters),
      abort: true,
    })
    // After the count, which then is that of the documents.
    .overwrite((text) => text.replaceAll('\r\n', '\n'))
    .refine(
      (text) =>
        text.length * 3 <= message.contentBytes || utf8.encode(text).length <= message.contentBytes,
      `must be at most ${inEnglish(message.contentBytes)} bytes as UTF-8`,
    )
    .refine(isWellFormed, halfCharacter)
    .refine((text) => !controls.test(text), 'must have no control characters but tab and newline')
    .refine((text) => text === '' || hasVisibleText(text), 'must have something that can be seen')
    .meta({
      minLength: min,
      maxLength: message.contentCharacters,
      pattern: contentPattern(min),
      examples: ['Hello'],
      description: `At most ${message.contentBytes} bytes as UTF-8, something that can be seen, no control characters but tab and newline; CR LF becomes LF.`,
    });

/** What a user writes: stored and returned exactly as it was sent, but for CR LF, which becomes LF. */
export const content = contentFrom(1);

/** Said of a field of a send that may stand for its content. */
export const standsForContent = { 'x-stands-for-content': true } as const;

/** A send whose content may be empty, but only where another field stands for it. */
export function notEmpty<Sent extends z.ZodObject>(sent: Sent): Sent {
  const standIns = Object.entries(sent.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.['x-stands-for-content'])
    .map(([name]) => name);
  if (standIns.length === 0) return sent;
  const error = `${lengthWords(1, message.contentCharacters)}, or empty beside ${standIns.join(' or ')}`;
  const saysSomething = (said: Readonly<Record<string, unknown>>): boolean =>
    ['content', ...standIns].some((name) => (said[name] ?? '') !== '');
  return sent
    .extend({ content: contentFrom(0) })
    .refine(saysSomething, { path: ['content'], error }) as unknown as Sent;
}

/** The id of a message, which its sender's client makes: a UUID of any version, in lower case. */
export const messageId = z
  .string()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be a UUID in lower case',
  )
  .meta({
    id: 'MessageId',
    description:
      'A UUID in lower case, which the client of the sender makes; version 7 costs the server least. Sent again with the same one, a message is stored once.',
    examples: ['0197a3c4-6f0e-7c1b-9d52-3f8a6b1e2d47'],
  });

/** A place in a conversation, or 0 for "before the first". */
export const sequence = z
  .int()
  .min(0)
  .meta({ examples: [42] });

/** How many, or how long. */
export const count = z.int().min(0);

const aMoment = {
  description: 'A moment: ISO 8601 in UTC.',
  examples: ['2026-01-31T12:00:00.000Z'],
};

/** A moment, ISO 8601 in UTC. */
export const moment = z.iso.datetime().meta({ id: 'Moment', ...aMoment });

/** The same as clients send it. */
export const sentMoment = z.iso.datetime().max(32).meta(aMoment);

/** A whole number in a query string. */
export function queryInteger(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`;
  const words = `must be a whole number${range}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, words)
    .transform(Number)
    .pipe(z.int(words).min(min, words).max(max, words));
}

/** The size of a page in a query string. */
export const queryLimit = queryInteger(1, limits.page.maxItems).optional();

/** An opaque place in a list, as the answer before it gave it. */
export const queryCursor = z
  .string()
  .min(1)
  .max(512)
  .optional()
  .meta({
    description:
      'The place to go on from: nextCursor of the answer before; no other text is taken.',
    examples: ['nextCursor of the answer before'],
  });

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
  .refine(isWellFormed, halfCharacter)
  .overwrite((text) => text.normalize('NFKC'))
  .meta({
    description: `As it is typed; a new one has ${account.passwordMinCharacters} to ${account.passwordMaxCharacters} characters.`,
    examples: ['correct horse battery staple'],
  });

/** A password that is chosen; how many characters it has is told, and judged by the service as well. */
export const newPassword = password.meta({
  minLength: account.passwordMinCharacters,
  maxLength: account.passwordMaxCharacters,
});
