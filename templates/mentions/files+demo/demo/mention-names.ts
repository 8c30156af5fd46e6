/** A name after an `@` in a text. */
export interface NamedIn {
  /** In lower case, without the `@`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Names that a text has; the full stop of a sentence is no part of one. */
export const namesIn = (text: string): NamedIn[] =>
  [...text.matchAll(/(?<![\w@.-])@([\w.-]*\w)/g)].map(({ index, 0: found, 1: name = '' }) => ({
    name: name.toLowerCase(),
    start: index,
    end: index + found.length,
  }));

/** What was typed after an `@` up to the caret: the beginning of a name. */
export function beginningAt(text: string, caret: number): { prefix: string; start: number } | null {
  const found = /(?:^|[\s(])@([\p{L}\p{N}_.-]{0,32})$/u.exec(text.slice(0, caret));
  if (found === null) return null;
  const [, prefix = ''] = found;
  return { prefix, start: caret - prefix.length - 1 };
}
