import { ERASE_BELOW, HIDE_CURSOR, SHOW_CURSOR } from './control-codes.ts';
import { CursorReport, askCursor } from './cursor-report.ts';
import type { Stream } from './colour.ts';
import { textWidth } from './text-width.ts';

/** How much room a terminal has. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What stands on the screen: lines that are no wider than it, and where the cursor is, if it shows. */
export interface Drawing {
  readonly lines: readonly string[];
  readonly cursor?: { readonly line: number; readonly cell: number };
}

/** Draws one part of the column for the room there is. */
export type Block = (size: Size) => Drawing;

/** A terminal that tells of its size. */
export interface Screen extends Stream {
  readonly rows?: number | undefined;
  readonly on?: ((event: 'resize', listener: () => void) => unknown) | undefined;
  readonly removeListener?: ((event: 'resize', listener: () => void) => unknown) | undefined;
}

interface DrawnLine {
  readonly width: number;
  /** The block it belongs to; infinite when that block was drawn again below. */
  readonly block: number;
}

const up = (rows: number): string => (rows > 0 ? `\u001B[${rows}A` : '');
const down = (rows: number): string => (rows > 0 ? `\u001B[${rows}B` : '');
const right = (cells: number): string => (cells > 0 ? `\u001B[${cells}C` : '');

/**
 * Blocks of lines below each other, of which the last one changes. It remembers how wide each line
 * is that it drew, because a terminal that becomes narrower breaks them, and what is to be erased
 * has to be counted anew. What has left the screen at its top stays as it is, until a higher window
 * brings it back: so it follows in which row the cursor is, and after a change of the window, which
 * each terminal answers in its own way, it asks.
 */
export class Column {
  readonly #screen: Screen;
  readonly #report: CursorReport;
  readonly #blocks: Block[] = [];
  readonly #onResize = (): void => this.#resized();
  #drawn: readonly DrawnLine[] = [];
  // Its line may be the one after all that is drawn.
  #cursor = { line: 0, cell: 0 };
  // Its row on the screen. Where nobody has said, the lowest there is: the same as soon as something
  // has left the screen, and before that nothing depends on it.
  #row: number;
  // Somebody else has the screen.
  #isAway = false;

  constructor(screen: Screen, input: NodeJS.ReadStream) {
    this.#screen = screen;
    this.#report = new CursorReport(input, (row) => this.#redraw(row));
    this.#row = this.#lastRow();
    screen.on?.('resize', this.#onResize);
  }

  get size(): Size {
    return { columns: this.#screen.columns || 80, rows: this.#screen.rows || 24 };
  }

  /** Puts a block below the others. */
  add(block: Block): void {
    this.#blocks.push(block);
    this.#draw(this.#blocks.length - 1);
  }

  /** Draws another block in place of the last one. */
  replace(block: Block): void {
    this.#blocks[this.#blocks.length - 1] = block;
    this.#draw(this.#blocks.length - 1);
  }

  /** Takes the last blocks away. */
  remove(count: number): void {
    this.#blocks.length = Math.max(0, this.#blocks.length - count);
    this.#draw(this.#blocks.length);
  }

  /** Leaves the screen to somebody else for a while: without the last block, with a cursor. */
  suspend(): void {
    this.#report.settle();
    const last = this.#blocks.pop();
    this.#draw(this.#blocks.length);
    if (last) this.#blocks.push(last);
    this.#screen.write(SHOW_CURSOR);
    this.#isAway = true;
  }

  /** Goes on below what somebody else has written. */
  resume(): void {
    this.#isAway = false;
    this.#drawn = [];
    this.#cursor = { line: 0, cell: 0 };
    this.#row = this.#lastRow();
    this.#draw(Math.max(0, this.#blocks.length - 1));
  }

  /** Leaves the screen for good, with the cursor below the column. */
  close(): void {
    this.#report.settle();
    this.#screen.removeListener?.('resize', this.#onResize);
    this.#screen.write(this.#toLine(this.#drawn.length) + SHOW_CURSOR);
    this.#cursor = { line: this.#drawn.length, cell: 0 };
  }

  /** Draws the blocks from one on again. */
  #draw(from: number): void {
    // All is drawn as soon as it is known where.
    if (this.#isAway || this.#report.isAwaited) return;
    const first = this.#drawn.findIndex(({ block }) => block >= from && Number.isFinite(block));
    this.#paint(this.#reachable(first === -1 ? this.#drawn.length : first), from);
  }

  #resized(): void {
    if (this.#isAway) return;
    if (!this.#report.isReadable(this.size)) return this.#redraw();
    this.#report.expect();
    const { columns } = this.size;
    this.#screen.write(askCursor(columns) + right(this.#cursor.cell % columns));
  }

  /** Draws everything again that is not above the screen, from the row of the cursor. */
  #redraw(row = this.#lastRow()): void {
    this.#row = Math.min(row, this.#lastRow());
    const first = this.#reachable(0);
    const blocks = this.#drawn.slice(first).map(({ block }) => block);
    this.#paint(first, Math.min(this.#blocks.length, ...blocks));
  }

  /** The line, or the first one below it that has not left the screen. */
  #reachable(line: number): number {
    let first = line;
    while (first < this.#cursor.line && this.#rowsUpTo(first) > this.#row) first += 1;
    return first;
  }

  /** Erases from a line on, and paints the blocks from one on there. */
  #paint(first: number, from: number): void {
    const begin = this.#toLine(first) + ERASE_BELOW;
    const top = Math.min(this.#lastRow(), Math.max(0, this.#row - this.#rowsUpTo(first)));
    const above = this.#drawn
      .slice(0, first)
      .map((line) => (line.block < from ? line : { ...line, block: Number.POSITIVE_INFINITY }));
    const drawings = this.#blocks.slice(from).map((block) => block(this.size));
    const lines = drawings.flatMap((drawing) => drawing.lines);
    this.#drawn = [
      ...above,
      ...drawings.flatMap((drawing, index) =>
        drawing.lines.map((line) => ({ width: textWidth(line), block: from + index })),
      ),
    ];
    const shown = drawings.at(-1)?.cursor;
    const lowest = Math.max(0, lines.length - 1);
    // One that does not show rests at the end: a terminal that breaks lines anew keeps the lowest
    // rows, and does not know any more where a cursor above them was.
    const below = shown === undefined ? 0 : drawings.at(-1)!.lines.length - 1 - shown.line;
    const cell = shown?.cell ?? textWidth(lines.at(-1) ?? '');
    this.#cursor = { line: first + lowest - below, cell };
    this.#row = Math.min(this.#lastRow(), top + lowest) - below;
    const end = shown ? `\r${up(below)}${right(cell)}${SHOW_CURSOR}` : '';
    this.#screen.write(`${HIDE_CURSOR}${begin}${lines.join('\r\n')}${end}`);
  }

  /** Moves the cursor to the beginning of a line, which may be the one after all that is drawn. */
  #toLine(line: number): string {
    if (line <= this.#cursor.line) return `\r${up(this.#rowsUpTo(line))}`;
    return `${down(-this.#rowsUpTo(line) - 1)}\r\n`;
  }

  /** How many rows the cursor is below the beginning of a line; less than none where it is above. */
  #rowsUpTo(line: number): number {
    const { line: here } = this.#cursor;
    const rows = this.#rowsBetween(Math.min(line, here), Math.max(line, here));
    return this.#rowOfCursor() + (line <= here ? rows : -rows);
  }

  #rowsBetween(from: number, to: number): number {
    const { columns } = this.size;
    return this.#drawn
      .slice(from, to)
      .reduce((sum, { width }) => sum + Math.max(1, Math.ceil(width / columns)), 0);
  }

  #lastRow(): number {
    return this.size.rows - 1;
  }

  #rowOfCursor(): number {
    return Math.floor(this.#cursor.cell / this.size.columns);
  }
}
