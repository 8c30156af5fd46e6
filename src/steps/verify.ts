import type { RunContext } from '../context.ts';
import type { PackageManager } from '../options/options.ts';
import type { VerifyOutcome } from '../result.ts';
import { runWatched } from './watched.ts';

const TOO_SLOW_MS = 1_800_000;
const SCRIPTS = ['check', 'test'];

/** The outcome of a run that verifies nothing. */
export const NOT_VERIFIED: VerifyOutcome = { status: 'skipped', command: null, code: null };

/** What the user types to run a script of package.json. */
export function scriptCommand(packageManager: PackageManager, script: string): string {
  return packageManager === 'npm' || packageManager === 'bun'
    ? `${packageManager} run ${script}`
    : `${packageManager} ${script}`;
}

/** Runs the checks and then the tests of a project that is installed, up to the first that fails. */
export async function verify(
  root: string,
  packageManager: PackageManager,
  run: RunContext,
): Promise<VerifyOutcome> {
  let command: string | null = null;
  for (const script of SCRIPTS) {
    command = scriptCommand(packageManager, script);
    const result = await runWatched(
      {
        name: command,
        program: packageManager,
        args: ['run', script],
        cwd: root,
        timeoutMs: TOO_SLOW_MS,
      },
      run,
    );
    const { code, problem, output } = result;
    if (problem !== undefined)
      return { status: 'failed', command, code, problem: `${command} ${problem}`, output };
  }
  return { status: 'done', command, code: 0 };
}
