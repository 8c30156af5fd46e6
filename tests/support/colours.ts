const RESET = 39;
const RED = 31;
/** Red, green, cyan: what is left out is not read on white (yellow, white), or on black (blue). */
const COLOURS = [RED, 32, 36];

/** What a terminal shows that cannot be read on white and on black alike. */
export function unreadable(written: string): readonly string[] {
  const found: string[] = [];
  let [colour, weight] = [RESET, 22];
  // eslint-disable-next-line no-control-regex -- control sequences are what we look for
  for (const [, codes, text] of written.matchAll(/(?:\u001B\[([\d;]*)m)?([^\u001B]*)/g)) {
    for (const code of codes?.split(';').map(Number) ?? []) {
      if (code === RESET || COLOURS.includes(code)) colour = code;
      else if ([1, 2, 22].includes(code)) weight = code;
      else found.push(`the code ${code}`);
    }
    // The rest of another control sequence is no text.
    const shown = codes === undefined ? text!.replace(/^\[[\d;?]*[A-Za-z]/, '') : text!;
    if (shown.trim() === '' || colour === RESET) continue;
    if (weight !== 22) found.push(`coloured, and bold or dim: ${shown}`);
    if (colour !== RED && /[\p{L}\p{N}]/u.test(shown)) found.push(`words in colour: ${shown}`);
  }
  return found;
}
