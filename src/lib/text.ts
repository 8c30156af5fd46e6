// Built only for what is not plain, because it takes a millisecond.
const PLAIN = /^[ -~]*$/;
// What nobody sees: no name has it, and a message shows it by its number.
const invisible = (): RegExp => /[\p{C}\p{Zl}\p{Zp}]/gu;
// Of these, what no line of text has either: controls, halves of pairs, line separators, and what turns
// the reading direction. Joiners are not among them: emoji and several scripts are written with them.
const unprintable = (): RegExp => /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** Whether a name has control, invisible or unpaired characters. */
export function hasInvisible(name: string): boolean {
  return !PLAIN.test(name) && invisible().test(name);
}

/** The first character that a line of text cannot have, or undefined. */
export function unprintableIn(text: string): string | undefined {
  return PLAIN.test(text) ? undefined : unprintable().exec(text)?.[0];
}

/** Text as a message may show it: quoted, with control, invisible and unpaired characters escaped. */
export function visible(text: string): string {
  return JSON.stringify(text).replace(
    invisible(),
    (character) => `\\u{${character.codePointAt(0)!.toString(16).toUpperCase()}}`,
  );
}

/** The same of a text that may be long. */
export function shortened(text: string): string {
  return visible(text.length > 60 ? `${text.slice(0, 40)}…` : text);
}

/** A word of the command line as a message may show it: as it is, unless it holds odd characters. */
export function shown(word: string): string {
  return /^[\x21-\x7E]+$/.test(word) ? word : visible(word);
}

/** The first ten names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return names.slice(0, 10).join(', ') + more;
}
