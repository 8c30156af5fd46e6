import { EXIT_CODES } from '../errors.ts';
import { NAME } from '../package.ts';
import { formatHelp } from './help-format.ts';
import type { Row } from './help-format.ts';
import type { ProjectCommand } from './project-commands.ts';

const PROJECT_EXIT_WORDS: readonly Row[] = [
  ['0', 'done, or nothing to do'],
  [`${EXIT_CODES.USAGE}`, 'a mistake on the command line; nothing written'],
  [`${EXIT_CODES.NO_PROJECT}`, 'the project is not in a state for it; nothing written'],
  [`${EXIT_CODES.FILE_SYSTEM}`, 'the file system refused; everything put back'],
  [`${EXIT_CODES.STEP_FAILED}`, 'the files are written, but installing failed'],
  [`${EXIT_CODES.NO_BASE}`, 'what it was made from, or a program, is missing; nothing written'],
  [`${EXIT_CODES.CONFLICTS}`, 'conflicts are left; with --on-conflict stop nothing is written'],
  ['8', 'update --check found work, or doctor an error'],
];

/** What `add --help` prints, and the like. */
export function projectCommandPage(row: ProjectCommand, columns: number): string {
  const { name, words, help, flags } = row;
  const head = `Usage: ${[NAME, name, words, '[options]'].filter(Boolean).join(' ')}`;
  const rows = flags.map(({ flag, help: text, choices }): Row => [
    flag,
    choices ? `${text} (${choices.join(', ')})` : text,
  ]);
  const sections = [
    { title: 'Options:', rows: [...rows, ['-h, --help', 'print this'] as const] },
    { title: 'Exit codes:', rows: PROJECT_EXIT_WORDS },
  ];
  return formatHelp(
    { head, words: `${sentence(help)}. It is typed in the project, or below.` },
    sections,
    '',
    columns,
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
