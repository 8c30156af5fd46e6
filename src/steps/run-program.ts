import type { Environment } from '../lib/environment.ts';
import { forking } from './forking.ts';

/** One program to run, without a shell. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** Called with everything the program prints, when it prints it. */
  readonly onOutput?: (text: string) => void;
}

/** How a program ended. */
export interface ProgramResult {
  /** Exit code; null when it could not be started or was stopped. */
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams, in the order in which they were printed. */
  readonly output: string;
  readonly stopped: 'no' | 'aborted' | 'too slow';
}

const KILL_AFTER_MS = 5_000;

/** Runs a program to its end. Resolves however it ends; only a bug of ours rejects. */
export async function runProgram(command: Command): Promise<ProgramResult> {
  if (command.signal?.aborted) return { code: null, stdout: '', output: '', stopped: 'aborted' };
  // Imported here because it takes longer to load than all the rest, and many runs need no program.
  const { execa } = await import('execa');
  const child = forking(() =>
    execa(command.program, command.args, {
      cwd: command.cwd,
      env: command.environment as Record<string, string>,
      extendEnv: false,
      preferLocal: false,
      reject: false,
      all: true,
      // A question could not be seen: the output is captured.
      ...(command.input === undefined ? { stdin: 'ignore' as const } : { input: command.input }),
      forceKillAfterDelay: KILL_AFTER_MS,
      ...(command.signal && { cancelSignal: command.signal }),
      ...(command.timeoutMs !== undefined && { timeout: command.timeoutMs }),
    }),
  );
  // What a stopped program started may hold its streams open; nobody waits for that.
  child.once('exit', () => {
    if (!child.killed) return;
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  if (command.onOutput) child.all.on('data', (chunk) => command.onOutput?.(String(chunk)));
  const ended = await child;
  return {
    code: ended.exitCode ?? null,
    stdout: ended.stdout,
    output: ended.all || (ended.failed ? (ended.originalMessage ?? '') : ''),
    stopped: ended.isCanceled ? 'aborted' : ended.timedOut ? 'too slow' : 'no',
  };
}

/** The last lines of a program's output. */
export function lastLines(output: string, count = 20): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
