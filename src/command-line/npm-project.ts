import { CreateError } from '../errors.ts';
import type { Environment } from '../lib/environment.ts';
import { projectCommandOf } from './project-commands.ts';

/**
 * Refuses a command for a project whose flags npm took for its own: some of them write nothing.
 * @throws CreateError USAGE.
 */
export function assertNothingConsumed(environment: Environment, argv: readonly string[]): void {
  if (environment['npm_command'] !== 'init') return;
  const flags = projectCommandOf(argv[0])?.flags ?? [];
  const names = flags.flatMap(({ flag }) => /--(?:no-)?([a-z-]+)/.exec(flag)?.[1] ?? []);
  const lost = names.filter(
    (name) => environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  if (lost.length === 0) return;
  throw new CreateError(
    'USAGE',
    `npm kept ${lost.join(', ')} for itself, because -- is missing`,
    `Type: npx create-chat-backend ${argv[0]}, with all that follows it.`,
  );
}
