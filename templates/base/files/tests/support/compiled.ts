import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** What a process of a test runs for a source file: a loader would cost each of them half a second. */
export const compiled = (source: string): string =>
  join(root, '.data/processes', source.replace(/\.ts$/, '.js'));

/** Compiles what processes of tests run; what has not changed is left as it is. */
export async function compile(): Promise<void> {
  const args = [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tests/support/processes.json',
  ];
  await promisify(execFile)(process.execPath, args, { cwd: root });
}
