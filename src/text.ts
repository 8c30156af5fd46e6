// What a message shows by its number. Built only for what is not plain, because it takes a millisecond.
const PLAIN = /^[ -~]*$/;
const invisible = (): RegExp => /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Whether a text has control, invisible or unpaired characters. */
export function hasInvisible(text: string): boolean {
  return !PLAIN.test(text) && invisible().test(text);
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
