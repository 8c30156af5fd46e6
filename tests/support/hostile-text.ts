import fc from 'fast-check';

const ALPHABET = Array.from('<%>-=\'"`${}*/\\#&|~_[]()!.:;@+,? \t0123abcäß日🙂\u00a0\u3000');

/** What no one-line option accepts: controls, line separators, bidirectional overrides, halves. */
export const FORBIDDEN = ['\r', '\n', '\0', '\u2028', '\u202e', '\ud800'] as const;

/** One line of text from characters that mean something to some format. */
export const hostileLine = fc.oneof(
  fc.string({ unit: fc.constantFrom(...ALPHABET.filter((unit) => unit !== '\t')), maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !/[\p{C}\p{Z}]/u.test(text)),
);

/** Any text from such characters, line breaks and worse included. */
export const hostileText = fc.string({
  unit: fc.constantFrom(...ALPHABET, ...FORBIDDEN),
  maxLength: 60,
});
