import type { Environment } from '../lib/environment.ts';
import { OPTIONS, flagOf } from './options.ts';
import type { Answers, PackageManager } from './options.ts';
import type { OptionRow } from './option-row.ts';

/** What stays equal between a run and its repetition: answers, and the defaults they are held against. */
export interface ReplayRequest {
  readonly answers: Answers;
  /** What would hold had nobody said anything. */
  readonly defaults: Answers;
  readonly version: string;
  /** The preset that brings exactly the features, where there is one. */
  readonly preset: string | undefined;
  /** As of runnerOf. */
  readonly runner: string;
}

/**
 * How the package manager runs a package that it fetches first, up to `chat-backend@<version>`. Yarn 1
 * cannot run one of a certain version, and only a Yarn that runs us says which it is: else npm does it.
 */
export function runnerOf(packageManager: PackageManager, environment: Environment): string {
  const agent = environment['npm_config_user_agent'] ?? '';
  const isOther = packageManager === 'yarn' && !/^yarn\/(?:[2-9]|\d\d)/.test(agent);
  return packageManager === 'npm' || isOther ? 'npx create-' : `${packageManager} create `;
}

/**
 * The command that makes the same project again: every answer that differs from its default. The
 * connection string is left out, because it may hold a password.
 */
export function replayCommand(request: ReplayRequest): string {
  const { answers, defaults, version, preset, runner } = request;
  const words = [answers.directory];
  for (const option of OPTIONS as readonly OptionRow[]) {
    if (!option.replayed) continue;
    const value = answers[option.key as keyof Answers];
    if (sameValue(value, defaults[option.key as keyof Answers])) continue;
    const isPreset = option.key === 'features' && preset !== undefined;
    words.push(...(isPreset ? ['--preset', preset] : flagWith(option, value)));
  }
  return [`${runner}chat-backend@${version}`, ...[...words, '--yes'].map(quote)].join(' ');
}

/** The flags that say these answers, each of them, as a person types them. */
export function flagsOf<Key extends keyof Answers>(answers: Pick<Answers, Key>): string {
  return (OPTIONS as readonly OptionRow[])
    .filter(({ key }) => Object.hasOwn(answers, key))
    .flatMap((option) => flagWith(option, answers[option.key as Key]))
    .map(quote)
    .join(' ');
}

/**
 * A word as every shell takes it literally: sh, PowerShell and cmd.exe where double quotes are enough,
 * else the first two. PowerShell makes a list of what has a comma, and cmd.exe replaces `%NAME%`.
 */
export function quote(word: string): string {
  if (/^[\w+=:./-][\w@+=:./-]*$/.test(word)) return word;
  const isSafeInDouble = word !== '' && !/["$`!%]|\\(?:\\|$)/.test(word);
  return isSafeInDouble ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}

function flagWith(option: OptionRow, value: unknown): readonly string[] {
  const flag = flagOf(option);
  if (value === true) return [flag];
  if (value === false && option.negative !== undefined) return [option.negative];
  if (Array.isArray(value)) return [flag, value.length === 0 ? 'none' : value.join(',')];
  const text = String(value);
  // A value that looks like a flag has to be tied to its own.
  return text === '' || text.startsWith('-') ? [`${flag}=${text}`] : [flag, text];
}

/** Whether two values of an option say the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.join() === b.join() : a === b;
}
