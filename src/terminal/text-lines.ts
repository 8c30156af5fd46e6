import { wrapAnsi } from 'fast-wrap-ansi';
import { textWidth } from './text-width.ts';

/** Fewer are not enough to read by: a line is longer than its screen then. */
export const FEWEST_CELLS = 8;

const wrapped = (text: string, cells: number): readonly string[] =>
  text === text.trim() && !text.includes('\n') && textWidth(text) <= cells
    ? [text]
    : wrapAnsi(text, cells, { hard: true }).split('\n');

/** Breaks a text without colours into lines of so many cells; all but the first are indented. */
export function broken(text: string, cells: number, hanging = 0): readonly string[] {
  const [first = '', ...others] = wrapped(text, cells);
  if (others.length === 0 || hanging === 0) return [first, ...others];
  // Breaking takes away spaces at the ends of lines, and nothing else.
  const rest = text.slice(text.indexOf(first) + first.length).trimStart();
  const more = wrapped(rest, Math.max(FEWEST_CELLS, cells - hanging));
  return [first, ...more.map((line) => ' '.repeat(hanging) + line)];
}

/** Cuts a text into lines of so many cells, with every space, as somebody types it. */
export function cut(text: string, cells: number): readonly string[] {
  return wrapAnsi(text, cells, { hard: true, wordWrap: false, trim: false }).split('\n');
}
