import { OPTIONS, flagOf } from './options.ts';
import type { Answers } from './options.ts';
import type { OptionRow } from './option-row.ts';

/** What stays equal between a run and its repetition: answers, and the defaults they are held against. */
export interface ReplayRequest {
  readonly answers: Answers;
  /** What would hold had nobody said anything. */
  readonly defaults: Answers;
  readonly version: string;
}

/**
 * The command that makes the same project again: every answer that differs from its default. The
 * connection string is left out, because it may hold a password.
 */
export function replayCommand({ answers, defaults, version }: ReplayRequest): string {
  const words = ['npx', `create-chat-backend@${version}`, answers.directory];
  for (const option of OPTIONS as readonly OptionRow[]) {
    if (!option.replayed) continue;
    const value = answers[option.key as keyof Answers];
    if (sameValue(value, defaults[option.key as keyof Answers])) continue;
    words.push(...flagWith(option, value));
  }
  return [...words, '--yes'].map(quote).join(' ');
}

/** A word as every shell of Unix and PowerShell take it literally. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
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
