import { basename } from 'node:path';
import { CreateError } from '../errors.ts';
import { directoryNameProblem, packageNameProblem, suggestPackageName } from './package-name.ts';
import { hasInvisible, shortened } from '../lib/text.ts';

const LONGEST_PATH_BYTES = 4096;
const LONGEST_NAME_BYTES = 214;

/**
 * Refuses a directory that cannot be one on every system, before any disk is asked.
 * @throws CreateError INVALID_OPTION.
 */
export function assertDirectoryName(directory: string): void {
  const problem = directoryProblem(directory);
  if (problem === undefined) return;
  throw new CreateError(
    'INVALID_OPTION',
    `the directory ${shortened(directory)} ${problem}`,
    `Type another one, for example: create-chat-backend ${suggestionFor(basename(directory))}`,
  );
}

/**
 * Refuses a name that package.json or a registry would.
 * @throws CreateError INVALID_OPTION.
 */
export function assertPackageName(name: string, source: 'directory' | 'flag'): void {
  const problem = packageNameProblem(name);
  if (problem === undefined) return;
  const suggestion = suggestionFor(name);
  throw new CreateError(
    'INVALID_OPTION',
    `the package name ${shortened(name)} ${problem}`,
    source === 'flag'
      ? `Type: --package-name ${suggestion}`
      : `Type: create-chat-backend ${suggestion}, or keep the directory and add --package-name ${suggestion}`,
  );
}

function directoryProblem(directory: string): string | undefined {
  if (directory.trim() === '') return 'has an empty name';
  if (hasInvisible(directory)) return 'has a control or invisible character';
  if (Buffer.byteLength(directory) > LONGEST_PATH_BYTES) {
    return `is longer than ${LONGEST_PATH_BYTES} bytes`;
  }
  const name = basename(directory);
  const bytes = Buffer.byteLength(name);
  if (bytes > LONGEST_NAME_BYTES) return `has ${bytes} bytes; ${LONGEST_NAME_BYTES} are allowed`;
  return name === '.' || name === '..' ? undefined : directoryNameProblem(name);
}

function suggestionFor(name: string): string {
  return suggestPackageName(name.slice(0, 60)) ?? 'my-app';
}
