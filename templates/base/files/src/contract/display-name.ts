import { limits } from '../configs/limits.ts';
import { label } from './scalars.ts';
import { hasVisibleText } from './text.ts';

/** Joiners and selectors where emoji need them: a heart in colour, a family, a digit on a key. */
const emojiJoins =
  /(?<=\p{Emoji})(?<![0-9#*])\u{fe0f}|(?<=[0-9#*])\u{fe0f}(?=\u{20e3})|(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{fe0f})\u{200d}(?=\p{Extended_Pictographic})/gu;

/** Whether somebody can read a name out: marks and fillers alone are none. */
const isReadable = (text: string): boolean =>
  Array.from(text).some(
    (character) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) && hasVisibleText(character),
  );

const hidesNothing = (text: string): boolean =>
  !/\p{Default_Ignorable_Code_Point}/u.test(text.replaceAll(emojiJoins, ''));

const isOfOneScript = (word: string): boolean =>
  !/\p{Script=Latin}/u.test(word) || !/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word);

/** A name to be shown by. Which names are reserved, the service says: that is configured. */
export const displayName = label(limits.account.displayNameCharacters)
  .refine(isReadable, 'must have a letter, a digit or a sign that can be seen')
  .refine(hidesNothing, 'must have no invisible characters, such as joiners outside of emoji')
  .refine((text) => !/\p{M}{4}/u.test(text), 'must have at most three marks on one letter')
  .refine(
    (text) => text.split(/[^\p{L}\p{M}\p{N}]+/u).every(isOfOneScript),
    'must have no word of Latin letters with Cyrillic or Greek ones among them',
  )
  .meta({ minLength: 1, maxLength: limits.account.displayNameCharacters, examples: ['Anna'] });
