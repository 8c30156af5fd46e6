import type { Mark } from './part.ts';

/** A beginning of a word is searched from so many characters on. */
const fewestCharacters = 3;

/** Writings without spaces between words, where a part of what stands together is a word. */
const unspaced = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}]/u;

/** So much of a text stands before the first word that was found. */
const before = 10;

/** The words of a query, without capitals and diacritics. */
export const wordsOf = (query: string): string[] => fold(query).match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether the end of a word may be missing. */
export const mayGoOn = (word: string): boolean =>
  word.length >= fewestCharacters && !unspaced.test(word);

/** Whether a word is worth a search. */
export const isEnough = (word: string): boolean => mayGoOn(word) || unspaced.test(word);

/** Where a text has words that begin with these, or have them where words are not apart. */
export function found(text: string, words: readonly string[]): Mark[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)]
    .filter(([word]) => words.some((wanted) => has(fold(word), wanted)))
    .map(({ index, 0: word }) => ({ start: index, end: index + word.length, className: 'hit' }));
}

const has = (word: string, wanted: string): boolean =>
  unspaced.test(wanted) ? word.includes(wanted) : word.startsWith(wanted);

/** A text from a little before the first of these words on. */
export function excerpt(text: string, words: readonly string[]): string {
  const [first] = found(text, words);
  if (first === undefined || first.start <= before * 2) return text;
  const start = text.indexOf(' ', first.start - before);
  return `…${text.slice(start < 0 || start > first.start ? first.start : start)}`;
}

const fold = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
