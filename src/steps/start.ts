import type { Context } from '../context.ts';
import { childEnvironment } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';
import { CreateError } from '../errors.ts';
import type { CreateResult } from '../result.ts';
import { forking } from './forking.ts';
import { scriptCommand } from './verify.ts';

const SCRIPT = 'dev';

/**
 * Starts the server of a finished project on the streams of this process, and resolves when it has
 * ended: by itself, or because the signal fired.
 * @throws CreateError STEP_FAILED when it ended with an error.
 */
export async function startProject(
  result: CreateResult,
  { environment = process.env, signal }: Context = {},
): Promise<void> {
  if (signal?.aborted) return;
  const { packageManager } = result.answers;
  const { execa } = await import('execa');
  const child = forking(() =>
    execa(packageManager, ['run', SCRIPT], {
      cwd: result.path,
      env: usersEnvironment(environment) as Record<string, string>,
      extendEnv: false,
      preferLocal: false,
      reject: false,
      stdio: 'inherit',
    }),
  );
  const onAbort = (): void => {
    // Ctrl-C reaches all programs at a terminal: a second signal would cut its orderly end short.
    if (signal?.reason !== 'SIGINT' || !process.stdin.isTTY) child.kill('SIGTERM');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const { exitCode } = await child;
  signal?.removeEventListener('abort', onAbort);
  if (exitCode === 0 || signal?.aborted) return;
  const command = scriptCommand(packageManager, SCRIPT);
  throw new CreateError(
    'STEP_FAILED',
    `${command} ended with exit code ${exitCode ?? 'none'}`,
    `The project is complete: ${result.path}. To try again, type ${command} there.`,
    { result },
  );
}

// What the user's own command would get: not the settings of the npm that runs us.
function usersEnvironment(environment: Environment): Environment {
  const own = Object.entries(environment).filter(([name]) => !/^npm_/i.test(name));
  return { ...Object.fromEntries(own), ...childEnvironment(environment) };
}
