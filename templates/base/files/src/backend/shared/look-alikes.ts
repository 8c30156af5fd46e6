/**
 * Letters of other scripts that look like Latin ones, in the form in which they do: an upper-case
 * eta is an H, a lower-case one an n. A table of our own, because a full one (that of Unicode TS39
 * has some 6,000 rows) answers more than is asked: words of mixed scripts are refused before, so
 * what is left are words of Cyrillic or Greek letters alone.
 */
const table: Readonly<Record<string, string>> = {
  // Latin, from outside of the alphabet
  ...letters('ıɑɡ', 'iag'),
  // Cyrillic
  ...letters('АВЕЅІЈКМНОРСТУХҮԚԜ', 'ABESIJKMHOPCTYXYQW'),
  ...letters('аеѕіјһорсухүԛԝԁґгкптв', 'aesijhopcyxyqwdrrkntb'),
  // Greek
  ...letters('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜ', 'ABEZHIKMNOPTYXCF'),
  ...letters('αβγεηικμνορτυχωςϲϳ', 'abyenikuvoptuxwccj'),
};

/** A text with its look-alikes as the Latin letters that they look like. */
export const toLatin = (text: string): string =>
  Array.from(text, (letter) => table[letter] ?? letter).join('');

function letters(from: string, to: string): Record<string, string> {
  const latin = Array.from(to);
  return Object.fromEntries(Array.from(from, (letter, index) => [letter, latin[index] as string]));
}
