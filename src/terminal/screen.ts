import type { ChalkInstance } from 'chalk';
import { join } from 'node:path';
import { SECOND_README } from '../write/conflicts.ts';
import type { CreateResult } from '../result.ts';

/** The last screen: where the project is, what comes next, how to make it again. */
export function resultScreen(result: CreateResult, colour: ChalkInstance): string {
  const lines = result.dryRun ? dryRunLines(result, colour) : doneLines(result, colour);
  return `${lines.join('\n')}\n`;
}

function doneLines(result: CreateResult, colour: ChalkInstance): readonly string[] {
  return [
    '',
    `${colour.bold(result.packageName)} is in ${result.path}`,
    '',
    colour.bold('Next'),
    ...result.nextSteps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
    colour.bold('The same again'),
    `  ${result.replay}`,
    '',
    `How it works: ${join(result.path, readmeOf(result))}`,
  ];
}

// Where somebody's own README stays, that of the project has another name.
function readmeOf({ files }: CreateResult): string {
  return files.some(({ path }) => path === SECOND_README) ? SECOND_README : 'README.md';
}

function dryRunLines(result: CreateResult, colour: ChalkInstance): readonly string[] {
  const width = Math.max(...result.files.map((file) => file.action.length));
  const bytes = result.files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    ...result.files.map((file) => `${colour.dim(file.action.padEnd(width))}  ${file.path}`),
    '',
    `${result.files.length} files, ${bytes} bytes, would go to ${result.path}; nothing is written.`,
  ];
}
