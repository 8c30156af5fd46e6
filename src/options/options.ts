import { COMMAND_OPTIONS } from './command-options.ts';
import type { OptionRow } from './option-row.ts';
import { PROJECT_OPTIONS } from './project-options.ts';
import { STEP_OPTIONS } from './step-options.ts';

/**
 * THE table of options: flags, questions, help, README, completion, config files, their JSON schema,
 * the replay command and the API's types derive from it. A row stands in the file of its group, in
 * the order in which people meet it.
 */
export const OPTIONS = [
  ...PROJECT_OPTIONS,
  ...STEP_OPTIONS,
  ...COMMAND_OPTIONS,
] as const satisfies readonly OptionRow[];

type Row = (typeof OPTIONS)[number];
type Value<R extends Row> = R extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : R extends { readonly words: readonly (infer Word)[] }
    ? boolean | Word
    : {
        text: string;
        file: string;
        adapter: string;
        port: number;
        switch: boolean;
        list: readonly string[];
        choice: never;
      }[R['kind']];
type Everywhere = Exclude<Row, { readonly commandLineOnly: true }>;

/** The key of any option. */
export type OptionKey = Row['key'];

/** What createProject takes: every option but the ones that concern only a terminal. */
export type CreateOptions = {
  readonly [R in Everywhere as R['key']]?: Value<R> | undefined;
} & { readonly directory: string };

/** The same where only some are known yet, the directory included. */
export type Given = { readonly [Key in keyof CreateOptions]?: CreateOptions[Key] | undefined };

/** What the command line was given. */
export type Flags = { [R in Row as R['key']]?: Value<R> | undefined };

/** Every option with its value decided. */
export type Answers = {
  readonly [
    R in Everywhere as R['key'] extends 'preset' | 'withoutFeatures' ? never : R['key']
  ]: Value<R>;
};

/** Who installs. */
export type PackageManager = Answers['packageManager'];

/** What happens to files that are in the way. */
export type ConflictPolicy = Answers['onConflict'];

/** What holds when nobody says anything, for every option that has a default. */
export const DEFAULTS = Object.fromEntries(
  OPTIONS.flatMap((option) =>
    'default' in option && !('commandLineOnly' in option) ? [[option.key, option.default]] : [],
  ),
) as { readonly [R in Extract<Everywhere, { readonly default: unknown }> as R['key']]: Value<R> };

/** The options of the API and of config files. */
export const SHARED_OPTIONS: readonly OptionRow[] = (OPTIONS as readonly OptionRow[]).filter(
  (option) => !option.commandLineOnly,
);

/** The option of that key. */
export function optionOf(key: OptionKey): OptionRow {
  return OPTIONS.find((option) => option.key === key)!;
}

/** The flag without its value, as a person types it: `--port`. */
export function flagOf(option: OptionRow): string {
  return /--[a-z-]+(?:<[a-z]+>)?/.exec(option.flag)?.[0] ?? option.key;
}
