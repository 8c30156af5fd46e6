import type { CreateError } from '../errors.ts';
import type { Look } from './look.ts';

/** Says what failed, the last words of the program that did, and what to type. */
export function sayError(error: CreateError, look: Look, say: (text: string) => void): void {
  const { install = error.changed?.install, git, verify } = error.result ?? {};
  const output = install?.output || git?.output || verify?.output;
  if (output && error.code !== 'ABORTED') say(`\n${output.replace(/^/gm, look.faint('  | '))}\n`);
  say(`${look.bad('error:')} ${error.message}`);
  say(`  ${error.hint}`);
}

/** The stack of an error and of its causes. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause];
  const reasons = causes.filter((cause) => cause !== undefined).map(stackOf);
  return [error.stack ?? error.message, ...reasons].join('\ncaused by ');
}
