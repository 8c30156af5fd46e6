import type { ChalkInstance } from 'chalk';
import { NAME } from '../package.ts';
import type { FileChange, Finding, LifecycleResult } from '../result.ts';
import { FEWEST_CELLS, broken } from './text-lines.ts';

// The longest of the words.
const WIDTH = 'CONFLICT'.length;

/**
 * What a command for a project says on stdout: a line a file, a count, what is left to do.
 * @param columns - of the terminal: sentences are broken for it; elsewhere each is one line.
 */
export function projectScreen(
  result: LifecycleResult,
  colour: ChalkInstance,
  columns?: number,
): string {
  const lines = linesOf(result, colour, columns);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesOf(
  result: LifecycleResult,
  colour: ChalkInstance,
  columns: number | undefined,
): readonly string[] {
  const { command, changes, findings, notices, nextSteps } = result;
  // A patch, and nothing else.
  if (command === 'diff') return changes.flatMap(({ diff }) => diff?.trimEnd() ?? []);
  if (command === 'doctor')
    return findings.length === 0
      ? ['all is well']
      : findings.flatMap((finding) => found(finding, columns));
  return [
    ...(command === 'status' ? statusLines(result) : []),
    ...changes.flatMap((change) => changeLines(change, colour)),
    countOf(result),
    ...(notices.length === 0 ? [] : ['', colour.bold('Before you deploy')]),
    ...notices.flatMap(({ version, text }) => paragraph(`  ${version}  `, text, columns)),
    ...(nextSteps.length === 0 ? [] : ['', colour.bold('Next')]),
    ...nextSteps.map((step, index) => `  ${index + 1}. ${step}`),
  ];
}

function statusLines({ packageName, from }: LifecycleResult): readonly string[] {
  if (from === null) return [];
  const { adapter, features } = from.answers;
  const all = adapter === 'none' ? features : [...features, `${adapter} (adapter)`];
  return [`${packageName} is of ${NAME} ${from.version}`, `features: ${all.join(', ') || 'none'}`];
}

function changeLines(change: FileChange, colour: ChalkInstance): readonly string[] {
  const { path, from, action, conflicts, reason, diff } = change;
  const isOpen = action === 'conflict';
  const word = (isOpen ? 'CONFLICT' : action).padEnd(WIDTH);
  const place = from === null ? path : `${from} -> ${path}`;
  const open = conflicts > 0 && !isOpen ? `${conflicts} conflicts open` : undefined;
  const more = [reason, open].filter((text) => text !== null && text !== undefined).join('; ');
  const line = `${isOpen ? colour.red(word) : colour.dim(word)}  ${place}`;
  return [more === '' ? line : `${line}  ${more}`, ...(diff === null ? [] : [diff.trimEnd()])];
}

function countOf({ command, changes, dryRun }: LifecycleResult): string {
  const count = changes.filter(({ action }) => action !== 'keep').length;
  if (command === 'status')
    return count === 0 ? 'every file is as it was made' : `${files(count)} not as made`;
  if (count === 0) return command === 'undo' ? 'nothing to undo' : 'nothing to do';
  if (command === 'undo') return `${files(count)} as before`;
  return dryRun ? `${files(count)} would change; nothing is written` : `${files(count)} changed`;
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function found(
  { level, id, message, mend }: Finding,
  columns: number | undefined,
): readonly string[] {
  const label = `${level.padEnd('warning'.length)}  `;
  return [
    ...paragraph(label, `${id}: ${message}`, columns),
    ...(mend ? [' '.repeat(label.length) + mend] : []),
  ];
}

/** A text beside its label. */
function paragraph(label: string, text: string, columns: number | undefined): readonly string[] {
  const cells = columns === undefined ? Infinity : Math.max(FEWEST_CELLS, columns - label.length);
  const [first, ...others] = broken(text, cells);
  return [`${label}${first}`, ...others.map((line) => ' '.repeat(label.length) + line)];
}
