import type { Environment } from '../lib/environment.ts';
import type { LifecycleCommand } from '../result.ts';
import { assertNothingConsumed } from './npm-project.ts';
import { projectCommandOf } from './project-commands.ts';
import type { ParsedProjectCommand } from './project-program.ts';

/**
 * Understands the name of a command for a project that nothing follows, as `status`. Of anything else
 * it returns undefined: parseProjectCommand says what it means, and takes longer to load.
 * @throws CreateError USAGE for flags that npm took for its own.
 */
export function loneCommand(
  command: LifecycleCommand,
  argv: readonly string[],
  environment: Environment,
): ParsedProjectCommand | undefined {
  if (argv.length > 1) return undefined;
  assertNothingConsumed(environment, argv);
  const flags = projectCommandOf(command)?.flags ?? [];
  const negative = flags.flatMap(({ flag }) => /^--no-([a-z]+)$/.exec(flag)?.[1] ?? []);
  const on = Object.fromEntries(negative.map((name) => [name, true]));
  return { kind: 'run', command, words: [], flags: on };
}
