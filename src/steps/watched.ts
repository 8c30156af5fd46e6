import { childEnvironment } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';
import type { RunContext } from '../context.ts';
import type { Reporter } from '../reporter.ts';
import { lastLines, runProgram } from './run-program.ts';
import type { Command, ProgramResult } from './run-program.ts';

const SILENCE_MS = 120_000;

/** A program that may take minutes. */
export interface LongCommand extends Pick<Command, 'args' | 'cwd' | 'input' | 'program'> {
  /** What messages call it. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Variables of its own, beside those of ours that it gets. */
  readonly settings?: Environment;
}

/** How it ended: without a problem, or with one that goes on after its name. */
export interface WatchedResult {
  readonly code: number | null;
  readonly problem: string | undefined;
  /** The last lines it printed. */
  readonly output: string;
}

/** Runs it without our environment, tells of a long silence, and stops it when it takes too long. */
export async function runWatched(
  { name, timeoutMs, settings, ...command }: LongCommand,
  { environment, reporter, signal }: RunContext,
): Promise<WatchedResult> {
  reporter.debug(`${command.program} ${command.args.join(' ')}`);
  const silence = watchSilence(reporter, name);
  const result = await runProgram({
    ...command,
    environment: { ...childEnvironment(environment), ...settings },
    signal,
    timeoutMs,
    onOutput: silence.reset,
  }).finally(silence.stop);
  return {
    code: result.code,
    problem: problemOf(result, timeoutMs),
    output: lastLines(result.output),
  };
}

function problemOf({ code, stopped }: ProgramResult, timeoutMs: number): string | undefined {
  if (stopped === 'aborted') return 'was stopped';
  if (stopped === 'too slow') return `was stopped after ${timeoutMs / 60_000} minutes`;
  if (code === null) return 'could not be run';
  return code === 0 ? undefined : `failed with exit code ${code}`;
}

function watchSilence(
  reporter: Reporter,
  name: string,
): { readonly reset: () => void; readonly stop: () => void } {
  const timer = setTimeout(() => {
    reporter.note(`${name} has printed nothing for ${SILENCE_MS / 60_000} minutes; still waiting`);
  }, SILENCE_MS);
  timer.unref();
  return { reset: () => timer.refresh(), stop: () => clearTimeout(timer) };
}
