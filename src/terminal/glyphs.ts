import type { Environment } from '../lib/environment.ts';

/** The signs of questions and progress. */
export interface Glyphs {
  readonly top: string;
  readonly rail: string;
  readonly end: string;
  readonly current: string;
  readonly answered: string;
  readonly pointer: string;
  readonly on: string;
  readonly off: string;
  readonly done: string;
  readonly skipped: string;
  readonly failed: string;
  readonly hidden: string;
  readonly more: string;
  readonly dot: string;
  /** What the keys are called in hints. */
  readonly upAndDown: string;
  readonly left: string;
  /** The spinner, frame by frame. */
  readonly frames: readonly string[];
}

const DRAWN: Glyphs = {
  top: '┌',
  rail: '│',
  end: '└',
  current: '◆',
  answered: '◇',
  pointer: '❯',
  on: '◼',
  off: '◻',
  done: '✔',
  skipped: '–',
  failed: '✖',
  hidden: '•',
  more: '…',
  dot: '·',
  upAndDown: '↑↓',
  left: '←',
  frames: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const PLAIN: Glyphs = {
  top: '+',
  rail: '|',
  end: '+',
  current: '?',
  answered: 'o',
  pointer: '>',
  on: '[x]',
  off: '[ ]',
  done: 'v',
  skipped: '-',
  failed: 'x',
  hidden: '*',
  more: '...',
  dot: '-',
  upAndDown: 'arrows',
  left: 'left',
  frames: ['-', '\\', '|', '/'],
};

// What shows all of Unicode on Windows says who it is.
const WINDOWS_TERMINALS = ['WT_SESSION', 'TERM_PROGRAM', 'TERMINAL_EMULATOR', 'ConEmuTask'];

/**
 * The signs that a terminal can show. The console of Linux has 512 characters, and a locale that is
 * set and is not UTF-8 says that letters beyond ASCII come out as others.
 */
export function glyphsOf(environment: Environment, platform = process.platform): Glyphs {
  if (environment['TERM'] === 'linux') return PLAIN;
  if (platform === 'win32')
    return WINDOWS_TERMINALS.some((name) => environment[name]) ? DRAWN : PLAIN;
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale) ? DRAWN : PLAIN;
}
