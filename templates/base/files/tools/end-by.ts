import { EnvironmentError } from '../src/configs/env.ts';
import { exitCodes, StartError } from '../src/platform/errors/start-error.ts';

/** Ends a tool by what its owner has to change, in a line of words. @throws what is no such thing */
export function endBy(error: unknown): never {
  if (!(error instanceof EnvironmentError) && !(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error instanceof StartError ? error.exitCode : exitCodes.configuration);
}
