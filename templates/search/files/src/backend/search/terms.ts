import { searchLimits as limit } from '../../configs/search-limits.ts';
import { invalid } from '../../platform/errors/app-error.ts';
import type { Wanted } from './types.ts';

/** Writings without spaces between words; of Korean, endings are part of the word. */
const pairedLetter = String.raw`[\p{L}&&[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}]]`;
const run = new RegExp(
  String.raw`(?<paired>${pairedLetter}+)|[[\p{L}\p{N}]--${pairedLetter}]+`,
  'gv',
);

/** A word, and the terms under which it is found. */
interface Word {
  readonly terms: readonly string[];
  readonly isPaired: boolean;
  /** Where it ends in the folded text. */
  readonly end: number;
}

/** What of a text is found: its words, and how the longer ones begin. */
export function termsOf(text: string): string[] {
  const terms = new Set<string>();
  for (const { terms: own, isPaired } of wordsOf(fold(text))) {
    for (const term of own) terms.add(term);
    if (!isPaired) for (const term of beginningsOf(own)) terms.add(term);
    if (terms.size >= limit.termsPerMessage) break;
  }
  return [...terms].slice(0, limit.termsPerMessage);
}

/** What a query asks for. @throws AppError `validation` that says what to send */
export function toWanted(query: string): Wanted {
  const text = fold(query).trimEnd();
  const words = [...wordsOf(text)];
  const last = words.at(-1);
  if (last === undefined) throw invalid('/query/query', 'must have a letter or a digit');
  if (words.length > limit.words)
    throw invalid('/query/query', `must have at most ${limit.words} words`);
  const terms = (some: readonly Word[]) => [...new Set(some.flatMap((word) => word.terms))];
  const isPrefix = text.endsWith('*') && last.end === text.length - 1 && !last.isPaired;
  if (!isPrefix) return { terms: terms(words) };
  const [prefix = ''] = last.terms;
  if (Array.from(prefix).length < limit.prefixCharacters)
    throw invalid(
      '/query/query',
      `must have at least ${limit.prefixCharacters} letters or digits before the star`,
    );
  return { terms: terms(words.slice(0, -1)), prefix };
}

/** Whether a text has what is wanted, as it is now. */
export function hasWanted(text: string, { terms, prefix }: Wanted): boolean {
  const own = termsOf(text);
  const all = new Set(own);
  return (
    terms.every((term) => all.has(term)) &&
    (prefix === undefined || own.some((term) => term.startsWith(prefix)))
  );
}

/** The term of all words that are longer than a prefix and begin like it. */
export const beginningOf = (prefix: string): string =>
  `^${Array.from(prefix).slice(0, limit.prefixCharacters).join('')}`;

const beginningsOf = (words: readonly string[]): string[] =>
  words.filter((word) => Array.from(word).length > limit.prefixCharacters).map(beginningOf);

const unseen = /[\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * What of a text counts: neither marks, nor what cannot be seen, nor capitals. What its author chose
 * bounds how long it takes: marks go before they are sorted, and one character may become eighteen.
 */
const fold = (text: string): string =>
  text
    .replaceAll(unseen, '')
    .normalize('NFKD')
    .slice(0, limit.foldedUnits)
    .replaceAll(unseen, '')
    .toLowerCase()
    .replaceAll('ς', 'σ') // the same letter at the end of a word
    .normalize('NFC'); // Hangul, which the first line took apart

function* wordsOf(folded: string): Generator<Word> {
  for (const { 0: found, index, groups } of folded.matchAll(run)) {
    const isPaired = groups?.['paired'] !== undefined;
    const characters = Array.from(found);
    const terms = isPaired
      ? pairsOf(characters)
      : [characters.slice(0, limit.termCharacters).join('')];
    yield { terms, isPaired, end: index + found.length };
  }
}

/** One character alone is what it is. */
const pairsOf = (characters: readonly string[]): string[] =>
  characters.length === 1
    ? [...characters]
    : characters.slice(1).map((character, index) => `${characters[index]}${character}`);
