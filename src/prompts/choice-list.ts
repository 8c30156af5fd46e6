import { broken } from '../terminal/text-lines.ts';
import { padded } from './drawing.ts';
import type { Look } from '../terminal/look.ts';
import { headingOf } from './question.ts';
import type { Choice } from './question.ts';
import { textWidth } from '../terminal/text-width.ts';

/** Where a person is in a list. */
export interface Standing {
  readonly active: number;
  /** What is chosen so far, where several can be. */
  readonly checked?: ReadonlySet<number> | undefined;
}

/** The lines of a list, and which of them are those of the choice at which the person is. */
export interface List {
  readonly lines: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Below so many cells a second line begins at the left, and not below the text of the first. */
export const NARROW_CELLS = 50;
const MARGIN_GAP = 3;

/** Draws all choices, each group below its heading. */
export function drawList(
  choices: readonly Choice[],
  standing: Standing,
  cells: number,
  look: Look,
): List {
  const layout = layoutOf(choices, standing, cells, look);
  const lines: string[] = [];
  let [from, to] = [0, 0];
  for (const [index, choice] of choices.entries()) {
    const heading = headingOf(choices, index);
    if (heading !== undefined) lines.push(look.faint(heading));
    if (index === standing.active) from = lines.length;
    lines.push(...drawChoice(choice, index, standing, layout, look));
    if (index === standing.active) to = lines.length;
  }
  return { lines, from, to };
}

/** As many lines of a list as there is room for, with the active ones; others are hinted at. */
export function windowOf({ lines, from, to }: List, room: number, look: Look): List {
  const count = Math.max(1, room);
  if (lines.length <= count) return { lines, from, to };
  const size = Math.min(to - from, count);
  const middle = from - Math.floor((count - size) / 2);
  const start = Math.max(0, Math.min(middle, lines.length - count));
  const shown = lines.slice(start, start + count);
  // A mark takes the place of a line that is not of the active choice.
  if (start > 0 && from > start) shown[0] = look.faint(look.glyphs.more);
  if (start + count < lines.length && to < start + count)
    shown[count - 1] = look.faint(look.glyphs.more);
  return { lines: shown, from: from - start, to: Math.min(to - start, count) };
}

interface Layout {
  readonly cells: number;
  /** Cells of the pointer and the box. */
  readonly before: number;
  readonly label: number;
  /** Whether all margins fit beside their lines. */
  readonly isBeside: boolean;
}

function layoutOf(
  choices: readonly Choice[],
  { checked }: Standing,
  cells: number,
  { glyphs }: Look,
): Layout {
  const before = 2 + (checked ? Math.max(textWidth(glyphs.on), textWidth(glyphs.off)) + 1 : 0);
  const hasLines = choices.some(({ line }) => line !== undefined);
  const label = hasLines ? Math.max(...choices.map((choice) => textWidth(choice.label))) + 2 : 0;
  const isBeside = choices.every(
    ({ line = '', margin = '' }) =>
      before + label + textWidth(line) + MARGIN_GAP + textWidth(margin) <= cells,
  );
  return { cells, before, label, isBeside };
}

function drawChoice(
  choice: Choice,
  index: number,
  { active, checked }: Standing,
  { cells, before, label, isBeside }: Layout,
  look: Look,
): readonly string[] {
  const { glyphs, strong, faint, good } = look;
  const isActive = index === active;
  const width = cells - before;
  const text =
    `${padded(choice.label, label)}${choice.line ?? ''}${choice.disabled ?? ''}`.trimEnd();
  const hanging = cells < NARROW_CELLS ? 0 : label;
  const lines = broken(text, width, hanging);
  const paint = isActive ? strong : choice.disabled === undefined ? String : faint;
  const painted = lines.map(paint);
  const margin = choice.margin ?? '';
  if (margin !== '' && isBeside)
    painted[0] += faint(margin.padStart(width - textWidth(lines[0] as string)));
  else if (margin !== '')
    painted.push(
      ...broken(margin, width - hanging).map((line) => ' '.repeat(hanging) + faint(line)),
    );
  const isOn = checked?.has(index);
  const box = checked ? `${isOn ? good(glyphs.on) : glyphs.off} ` : '';
  const sign = `${isActive ? strong(glyphs.pointer) : ' '} ${box}`;
  return painted.map((line, row) => (row === 0 ? sign + line : ' '.repeat(before) + line));
}
