import { CreateError } from './errors.ts';
import { SILENT } from './reporter.ts';
import type { Reporter } from './reporter.ts';
import type { Environment } from './lib/environment.ts';
import { systemCode } from './lib/file-system.ts';

/** What surrounds a run. Nothing here changes the bytes of the project. */
export interface Context {
  /** Hears of the progress; without one, nothing is said. */
  readonly reporter?: Reporter | undefined;
  /** Ends the run; before the project is complete, nothing of it stays. */
  readonly signal?: AbortSignal | undefined;
  /** Where programs are looked up and what children inherit of; default: the process's own. */
  readonly environment?: Environment | undefined;
  /** What a relative directory starts from; default: the process's own. */
  readonly workingDirectory?: string | undefined;
}

/** A context with nothing missing. */
export interface RunContext {
  readonly reporter: Reporter;
  readonly signal: AbortSignal | undefined;
  readonly environment: Environment;
  readonly workingDirectory: string;
  readonly home: string | undefined;
}

/** Fills a context up. @throws CreateError FILE_SYSTEM when the current directory is gone. */
export function toRunContext(context: Context): RunContext {
  const environment = context.environment ?? process.env;
  return {
    reporter: context.reporter ?? SILENT,
    signal: context.signal,
    environment,
    workingDirectory: context.workingDirectory ?? currentDirectory(),
    home: environment['HOME'] ?? environment['USERPROFILE'],
  };
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new CreateError(
      'FILE_SYSTEM',
      'the current directory no longer exists',
      'Change to another directory, then type the same command again.',
      { cause: error },
    );
  }
}
