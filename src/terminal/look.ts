import type { ChalkInstance } from 'chalk';
import type { Glyphs } from './glyphs.ts';

/**
 * The few colours there are. Words have that of the terminal, or red: no other of the sixteen is read
 * on white and on black in the usual schemes. Cyan and green are for signs, whose form says the same;
 * nothing coloured is bold, which makes it brighter in some terminals, nor dim.
 */
export interface Look {
  readonly glyphs: Glyphs;
  /** For signs alone. */
  readonly accent: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  /** For signs alone. */
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** What a terminal of that many colours and with those signs shows. */
export function lookOf(colour: ChalkInstance, glyphs: Glyphs): Look {
  return {
    glyphs,
    accent: (text) => colour.cyan(text),
    strong: (text) => colour.bold(text),
    faint: (text) => colour.dim(text),
    good: (text) => colour.green(text),
    bad: (text) => colour.red(text),
  };
}
