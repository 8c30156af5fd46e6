import type { Stream } from './colour.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_LINE = '\r\u001B[K';

/** One line of a terminal that moves while something takes time. */
export interface Spinner {
  readonly start: (text: string) => void;
  /** Clears the line; more often than started does no harm. */
  readonly stop: () => void;
}

/** Makes a spinner for a terminal; `paint` colours its sign. */
export function createSpinner(stream: Stream, paint: (sign: string) => string): Spinner {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.write(CLEAR_LINE + SHOW_CURSOR);
  };
  return {
    start(text) {
      stop();
      let frame = 0;
      const room = (stream.columns ?? 80) - 3;
      const line = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
      const draw = (): void => {
        stream.write(`${CLEAR_LINE}${paint(FRAMES[frame % FRAMES.length]!)} ${line}`);
        frame += 1;
      };
      stream.write(HIDE_CURSOR);
      draw();
      timer = setInterval(draw, FRAME_MS);
      timer.unref();
    },
    stop,
  };
}
