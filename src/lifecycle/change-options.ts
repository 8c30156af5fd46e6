import { CreateError } from '../errors.ts';
import { didYouMean } from '../lib/suggest.ts';
import { shortened } from '../lib/text.ts';

/** What everything that changes a project takes. */
export interface ChangeOptions {
  /** In the project or below it; default: the working directory. */
  readonly directory?: string | undefined;
  /** Plan, and write nothing. */
  readonly dryRun?: boolean | undefined;
  /** A unified diff of every change. */
  readonly diff?: boolean | undefined;
  /** With `stop`, nothing is written where there would be a conflict; default: `markers`. */
  readonly onConflict?: 'markers' | 'stop' | undefined;
  /** What the project was made from: a directory, or a packed version of this package. */
  readonly base?: string | undefined;
  /** Change what git could not bring back, too. */
  readonly allowDirty?: boolean | undefined;
  /** Install when dependencies have changed; default: true. */
  readonly install?: boolean | undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isSwitch = (value: unknown): boolean => typeof value === 'boolean';

const CHECKS: { readonly [Key in keyof ChangeOptions]-?: (value: unknown) => boolean } = {
  directory: isText,
  dryRun: isSwitch,
  diff: isSwitch,
  onConflict: (value) => value === 'markers' || value === 'stop',
  base: isText,
  allowDirty: isSwitch,
  install: isSwitch,
};

/** Refuses what is no such option, or has an impossible value. @throws CreateError INVALID_OPTION. */
export function assertChangeOptions(options: object): void {
  const known = Object.keys(CHECKS);
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof ChangeOptions] : undefined;
    if (check !== undefined && (value === undefined || check(value))) continue;
    throw new CreateError(
      'INVALID_OPTION',
      check ? `${key} has an impossible value` : `unknown option ${shortened(key)}`,
      check
        ? 'See the type ChangeOptions.'
        : `${didYouMean(key, known)}Known options: ${known.join(', ')}.`,
    );
  }
}
