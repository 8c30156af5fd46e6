import { appendFileSync, readFileSync } from 'node:fs';
import type { Verdict } from './verdict.ts';

/** What a series of faults came to. */
export interface Row extends Verdict {
  readonly fault: string;
  readonly rounds: number;
  readonly diverged: number;
  readonly longestPauseMs: number;
  /** What else was measured. */
  readonly note: string;
}

const COLUMNS = {
  fault: 'fault',
  rounds: 'rounds',
  acknowledged: 'acknowledged',
  lost: 'lost',
  doubled: 'doubled',
  outOfOrder: 'out of order',
  holes: 'holes',
  unknown: 'never sent',
  diverged: 'views that differ',
  longestPauseMs: 'longest pause, ms',
  note: 'note',
} as const;

/** Keeps a row for the table at the end; each file of tests is a process of its own. */
export function report(file: string, row: Row): void {
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** Keeps what was measured where nothing is counted by ledgers. */
export function note(file: string, row: Pick<Row, 'fault' | 'rounds' | 'note'>): void {
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The table of all rows that were reported. */
export function tableOf(file: string): string {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Partial<Row>]));
  const keys = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
  const cells = [
    Object.values(COLUMNS),
    ...rows.map((row) => keys.map((key) => String(row[key] ?? ''))),
  ];
  const widths = keys.map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells
    .map(
      (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
    )
    .join('\n');
}
