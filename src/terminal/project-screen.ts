import type { ChalkInstance } from 'chalk';
import { NAME } from '../package.ts';
import type { FileChange, Finding, LifecycleResult } from '../result.ts';

// The longest of the words.
const WIDTH = 'CONFLICT'.length;

/** What a command for a project says on stdout: a line a file, a count, what is left to do. */
export function projectScreen(result: LifecycleResult, colour: ChalkInstance): string {
  const lines = linesOf(result, colour);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesOf(result: LifecycleResult, colour: ChalkInstance): readonly string[] {
  const { command, changes, findings, notices, nextSteps } = result;
  // A patch, and nothing else.
  if (command === 'diff') return changes.flatMap(({ diff }) => diff?.trimEnd() ?? []);
  if (command === 'doctor')
    return findings.length === 0 ? ['all is well'] : findings.flatMap(found);
  return [
    ...(command === 'status' ? statusLines(result) : []),
    ...changes.flatMap((change) => changeLines(change, colour)),
    countOf(result),
    ...(notices.length === 0 ? [] : ['', colour.bold('Before you deploy')]),
    ...notices.map(({ version, text }) => `  ${version}  ${text}`),
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

function found({ level, id, message, mend }: Finding): readonly string[] {
  return [
    `${level.padEnd('warning'.length)}  ${id}: ${message}`,
    ...(mend ? [`         ${mend}`] : []),
  ];
}
