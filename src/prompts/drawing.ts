import type { Drawing, Size } from '../terminal/column.ts';
import type { Look } from '../terminal/look.ts';
import { FEWEST_CELLS, broken } from '../terminal/text-lines.ts';
import { textWidth } from '../terminal/text-width.ts';

/** Cells before what stands beside the rail. */
export const INDENT = 3;
// A line that fills its row makes some terminals begin a new one.
const SPARE = 1;

/** How many cells are right of the rail. */
export function cellsOf({ columns }: Size): number {
  return Math.max(FEWEST_CELLS, columns - INDENT - SPARE);
}

/** A text padded with spaces to so many cells. */
export function padded(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - textWidth(text)));
}

/** What a question consists of, from top to bottom. */
export interface Parts {
  readonly message: string;
  readonly body: readonly string[];
  /** What is wrong with the answer. */
  readonly problem?: string | undefined;
  readonly hint: string;
  /** Where the cursor is in the body, if it shows. */
  readonly cursor?: Drawing['cursor'];
}

/** A question that waits for its answer: the last part of the column, which ends below it. */
export function drawQuestion(parts: Parts, size: Size, look: Look): Drawing {
  const { glyphs, accent, strong, faint, bad } = look;
  const cells = cellsOf(size);
  const rail = (line: string): string => `${accent(glyphs.rail)}  ${line}`.trimEnd();
  const heading = broken(parts.message, cells).map((line, index) =>
    index === 0 ? `${accent(glyphs.current)}  ${strong(line)}` : rail(strong(line)),
  );
  const problem =
    parts.problem === undefined ? [] : broken(`${glyphs.failed} ${parts.problem}`, cells);
  const hint = broken(parts.hint, cells);
  const lines = [
    ...heading,
    ...parts.body.map(rail),
    ...problem.map((line) => rail(bad(line))),
    ...hint.map((line, index) =>
      index === hint.length - 1 ? `${accent(glyphs.end)}  ${faint(line)}` : rail(faint(line)),
    ),
  ];
  if (parts.cursor === undefined) return { lines };
  const { line, cell } = parts.cursor;
  return { lines, cursor: { line: heading.length + line, cell: INDENT + cell } };
}

/** A question with its answer. */
export function drawAnswer(message: string, answer: string, size: Size, look: Look): Drawing {
  const { glyphs, good, faint } = look;
  const cells = cellsOf(size);
  const whole = `${message}  ${answer}`;
  const lines =
    textWidth(whole) <= cells
      ? [`${message}  ${faint(answer)}`]
      : [...broken(message, cells), ...broken(answer, cells).map(faint)];
  return {
    lines: lines.map((line, index) =>
      index === 0 ? `${good(glyphs.answered)}  ${line}` : `${faint(glyphs.rail)}  ${line}`,
    ),
  };
}

/** How many lines a question needs beside its body. */
export function linesBeside(
  { message, problem, hint }: Omit<Parts, 'body' | 'cursor'>,
  size: Size,
): number {
  const cells = cellsOf(size);
  const texts = [message, hint, ...(problem === undefined ? [] : [problem])];
  return texts.reduce((sum, text) => sum + broken(text, cells).length, 0);
}

/** The first line of the column: who asks, and what is good to know before. */
export function drawTitle(title: string, words: string, size: Size, look: Look): Drawing {
  const { glyphs, strong, faint } = look;
  const cells = cellsOf(size);
  const lines =
    textWidth(`${title}  ${words}`) <= cells
      ? [`${strong(title)}  ${faint(words)}`]
      : [...broken(title, cells).map(strong), ...broken(words, cells).map(faint)];
  return {
    lines: lines.map((line, index) => `${faint(index === 0 ? glyphs.top : glyphs.rail)}  ${line}`),
  };
}
