import { NARROW_CELLS, drawList, windowOf } from './choice-list.ts';
import type { Standing } from './choice-list.ts';
import type { Drawing, Size } from '../terminal/column.ts';
import { broken, cut } from '../terminal/text-lines.ts';
import { cellsOf, drawQuestion, linesBeside } from './drawing.ts';
import type { Parts } from './drawing.ts';
import type { Look } from '../terminal/look.ts';
import type { Form, ManyForm, OneForm, TextForm } from './question.ts';
import { textWidth } from '../terminal/text-width.ts';

/** A line of text as it is typed. */
export interface Typed {
  readonly text: string;
  /** How many UTF-16 units of it are before the cursor. */
  readonly cursor: number;
  readonly problem?: string | undefined;
}

/** Where a person is among choices, and what was wrong with the last attempt. */
export interface Chosen extends Standing {
  readonly problem?: string | undefined;
}

// Fewer lines of a list than these tell nothing.
const FEWEST_LINES = 3;

/** The keys that a question takes. */
export function hintOf({ kind }: Form, canGoBack: boolean, { glyphs }: Look): string {
  const keys = {
    text: ['Enter accepts', 'Esc back'],
    one: [`${glyphs.upAndDown} move`, 'Enter chooses', `${glyphs.left} back`],
    many: [
      `${glyphs.upAndDown} move`,
      'Space chooses',
      'A all',
      'Enter accepts',
      `${glyphs.left} back`,
    ],
  }[kind];
  return keys.slice(0, canGoBack ? undefined : -1).join(` ${glyphs.dot} `);
}

/** Draws the question for a line of text, with its default where nothing is typed. */
export function drawText(
  form: TextForm,
  { text, cursor, problem }: Typed,
  hint: string,
  size: Size,
  look: Look,
): Drawing {
  const { parts, room, cells } = partsOf(form, { hint, problem }, size);
  const details = detailsOf(form, room - 1, cells, look);
  const seen = (typed: string): string =>
    form.hidden ? look.glyphs.hidden.repeat(typed.length) : typed;
  const value =
    text === '' ? cut(form.default ?? '', cells).map(look.faint) : cut(seen(text), cells);
  const before = cut(seen(text.slice(0, cursor)), cells);
  const place = {
    line: details.length + before.length - 1,
    cell: textWidth(before.at(-1) as string),
  };
  return drawQuestion({ ...parts, body: [...details, ...value], cursor: place }, size, look);
}

/** Draws the question for one or some of several, with as many of them as there is room for. */
export function drawChoices(
  form: OneForm | ManyForm,
  { problem, ...standing }: Chosen,
  hint: string,
  size: Size,
  look: Look,
): Drawing {
  const { parts, room, cells } = partsOf(form, { hint, problem }, size);
  const list = drawList(form.choices, standing, cells, look);
  const least = Math.min(list.lines.length, FEWEST_LINES);
  const details = detailsOf(form, room - least, cells, look);
  const seen = windowOf(list, room - details.length, look);
  return drawQuestion({ ...parts, body: [...details, ...seen.lines] }, size, look);
}

/** What stands around an answer, and how many lines and cells are left for it. */
function partsOf(
  { message }: Form,
  { hint, problem }: Pick<Parts, 'hint' | 'problem'>,
  size: Size,
): {
  readonly parts: Omit<Parts, 'body' | 'cursor'>;
  readonly room: number;
  readonly cells: number;
} {
  const parts = { message, hint, problem };
  return { parts, room: size.rows - 1 - linesBeside(parts, size), cells: cellsOf(size) };
}

/** What is to be read before the answer, as far as there is room. */
function detailsOf(
  { details = [] }: Form,
  room: number,
  cells: number,
  { glyphs, faint }: Look,
): readonly string[] {
  const lines = details.flatMap((line) => broken(line, cells, hangingOf(line, cells)));
  if (lines.length <= room) return lines;
  return room < 1 ? [] : [...lines.slice(0, room - 1), faint(glyphs.more)];
}

// What follows a word and a gap is a column of its own, where there is room for one.
function hangingOf(line: string, cells: number): number {
  const label = /^\S+ {2,}/.exec(line)?.[0].length ?? 0;
  return cells < NARROW_CELLS ? Math.min(label, 2) : label;
}

/** The answer as it stays in the column. */
export function answerWords(form: Form, answer: unknown, { glyphs }: Look): string {
  if (form.kind === 'text') {
    const text = String(answer);
    return (form.hidden ? glyphs.hidden.repeat(Math.min(text.length, 8)) : text) || 'none';
  }
  const values: readonly unknown[] = form.kind === 'many' ? (answer as unknown[]) : [answer];
  const labels = form.choices.filter(({ value }) => values.includes(value));
  return labels.map(({ label }) => label).join(', ') || 'none';
}
