// Who sits far away waits that long at most for a window that fits; most terminals take a millisecond.
const PATIENCE_MS = 500;
// Node takes an answer with more digits than these for several keys.
const MOST_ROWS = 999;

// Fewer cells leave no room for the question, and nobody has them.
const FEWEST_COLUMNS = 8;
// The cell that a terminal answers which has the columns that we believe it has.
const RIGHT_CELL = 4;

/**
 * Asks a terminal for the row of the cursor, and leaves it at the beginning of that. The cell of the
 * answer tells whether we know the width: a terminal is narrower or wider at once, and says so later.
 * It has one digit, because Node takes an answer with more for several keys.
 */
export function askCursor(columns: number): string {
  return `\r\u001B[${columns + RIGHT_CELL - 1}G\u001B[${columns - RIGHT_CELL}D\u001B[6n\r`;
}

/** A key as Node reads it. */
interface Key {
  readonly sequence?: string | undefined;
}

/** What a terminal says of its cursor: the row, counted from 0, and whether we know the width. */
export interface CursorPlace {
  readonly row: number;
  readonly isOfOurWidth: boolean;
}

/** What a key says of the cursor, if it comes from the terminal. */
export function cursorPlace(key: Key): CursorPlace | undefined {
  // eslint-disable-next-line no-control-regex -- it is what a terminal sends
  const found = /^\u001B\[(\d+);(\d+)R$/.exec(key.sequence ?? '');
  return found === null
    ? undefined
    : { row: Number(found[1]) - 1, isOfOurWidth: Number(found[2]) === RIGHT_CELL };
}

/** Waits for what the terminal says of its cursor, but not long. */
export class CursorReport {
  readonly #input: NodeJS.ReadStream;
  readonly #done: (row: number | undefined) => void;
  readonly #onKey = (_text: unknown, key: Key): void => this.#heard(cursorPlace(key));
  #unanswered = 0;
  #patience: NodeJS.Timeout | undefined;

  /** What is done is told the row, or nothing where there was no answer. */
  constructor(input: NodeJS.ReadStream, done: (row: number | undefined) => void) {
    this.#input = input;
    this.#done = done;
  }

  get isAwaited(): boolean {
    return this.#patience !== undefined;
  }

  /** Whether the answer would be read: without raw mode nobody does, and it would be on the screen. */
  isReadable({ columns, rows }: { columns: number; rows: number }): boolean {
    return this.#input.isRaw && rows <= MOST_ROWS && columns >= FEWEST_COLUMNS;
  }

  /** Expects one answer more; the last one counts. */
  expect(): void {
    if (!this.isAwaited) this.#input.on('keypress', this.#onKey);
    this.#unanswered += 1;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.settle(), PATIENCE_MS);
  }

  /** Waits no longer. */
  settle(row?: number): void {
    if (!this.isAwaited) return;
    this.#input.removeListener('keypress', this.#onKey);
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#unanswered = 0;
    this.#done(row);
  }

  #heard(place: CursorPlace | undefined): void {
    if (place === undefined) return;
    this.#unanswered -= 1;
    // Of another width: that it has changed is on its way, and asks again.
    if (this.#unanswered <= 0 && place.isOfOurWidth) this.settle(place.row);
  }
}
