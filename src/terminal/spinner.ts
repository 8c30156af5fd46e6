import { CUT, ERASE_BELOW, HIDE_CURSOR, SHOW_CURSOR, WRAP } from './control-codes.ts';
import type { Stream } from './colour.ts';
import type { Look } from './look.ts';
import type { Suspensions } from './suspensions.ts';

const FRAME_MS = 80;
const SIGN_CELLS = 3;

/** One line of a terminal that moves while something takes time. */
export class Spinner {
  readonly #stream: Stream;
  readonly #look: Look;
  readonly #suspensions: Suspensions;
  #timer: NodeJS.Timeout | undefined;
  #leave = (): void => {};
  #text = '';
  #frame = 0;

  constructor(stream: Stream, look: Look, suspensions: Suspensions) {
    this.#stream = stream;
    this.#look = look;
    this.#suspensions = suspensions;
  }

  start(text: string): void {
    this.stop();
    this.#text = text;
    this.#frame = 0;
    this.#leave = this.#suspensions.join({
      // The shell may be at work already: nothing is erased.
      suspend: () => void this.#stream.write(SHOW_CURSOR),
      resume: () => void this.#stream.write(HIDE_CURSOR),
    });
    this.#stream.write(HIDE_CURSOR);
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#timer.unref();
  }

  /** Clears the line; more often than started does no harm. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#leave();
    this.#stream.write(ERASE_BELOW + SHOW_CURSOR);
  }

  #draw(): void {
    const { glyphs, accent } = this.#look;
    const room = Math.max(1, (this.#stream.columns || 80) - SIGN_CELLS - 1);
    const text = this.#text;
    const line =
      text.length > room
        ? text.slice(0, Math.max(0, room - glyphs.more.length)) + glyphs.more
        : text;
    const sign = glyphs.frames[this.#frame % glyphs.frames.length] as string;
    this.#frame += 1;
    // The cursor rests at the beginning: all rows that a narrower window makes of it are erased. A
    // window that has become narrower a moment ago cuts the line.
    this.#stream.write(`${ERASE_BELOW}${CUT}${accent(sign)}  ${line}${WRAP}\r`);
  }
}
