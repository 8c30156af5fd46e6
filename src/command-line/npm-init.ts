import { CreateError } from '../errors.ts';
import { OPTIONS, flagOf, optionOf } from '../options/options.ts';
import type { Flags, OptionKey } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';
import type { Environment } from '../lib/environment.ts';

// Keys that npm knows itself: what stands in them may have nothing to do with us.
const NPM_KEYS = new Set([
  'description',
  'quiet',
  'author',
  'force',
  'yes',
  'json',
  'dryRun',
  'git',
]);

/**
 * The flags that npm took for its own: `npm create chat-backend app --dry-run` reaches us without
 * the flag, but with npm_config_dry_run. What means the same to npm and to us is honoured.
 * @throws CreateError USAGE for a flag that only we understand, with the command that works.
 */
export function consumedByNpm(environment: Environment, argv: readonly string[]): Flags {
  if (environment['npm_command'] !== 'init') return {};
  const lost = (OPTIONS as readonly OptionRow[]).filter((option) => {
    const value = environment[npmName(option.key)];
    if (option.key === 'force') return value === 'true';
    return value !== undefined && !NPM_KEYS.has(option.key);
  });
  if (lost.length > 0) throw consumedError(lost, argv, environment);
  return honoured(environment);
}

function honoured(environment: Environment): Flags {
  return {
    ...(environment['npm_config_yes'] === 'true' && { yes: true }),
    ...(environment['npm_config_dry_run'] === 'true' && { dryRun: true }),
    ...(environment['npm_config_json'] === 'true' && { json: true }),
    ...(environment['npm_config_git'] === 'false' && { git: false }),
  };
}

function npmName(key: string): string {
  return `npm_config_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function consumedError(
  lost: readonly OptionRow[],
  argv: readonly string[],
  environment: Environment,
): CreateError {
  // npm leaves the values of flags it does not know among the arguments: only the first is a directory.
  const directory = argv.find((word) => !word.startsWith('-')) ?? 'my-app';
  const flags = lost.map((option) => {
    const no = option.negative && ['', 'false'].includes(environment[npmName(option.key)] ?? '');
    const value = /<.*>/.exec(option.flag)?.[0];
    return no ? option.negative : [flagOf(option), ...(value ? [value] : [])].join(' ');
  });
  const kept = Object.entries(honoured(environment)).map(([key, value]) => {
    const option = optionOf(key as OptionKey);
    return value ? flagOf(option) : option.negative;
  });
  return new CreateError(
    'USAGE',
    `npm kept ${lost.map(flagOf).join(', ')} for itself, because -- is missing`,
    `Type: npm create chat-backend ${directory} -- ${[...flags, ...kept].join(' ')}`,
  );
}
