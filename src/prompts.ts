import { basename } from 'node:path';
import { toRun } from './context.ts';
import { CreateError } from './errors.ts';
import type { Feature } from './features.ts';
import { assertDirectoryName, assertPackageName } from './names.ts';
import { optionOf } from './options.ts';
import type { CreateOptions, OptionKey } from './options.ts';
import { packageNameProblem, suggestPackageName } from './package-name.ts';
import { inspectTarget, locateTarget } from './target.ts';
import type { Target } from './target.ts';

/** What is known before the questions. */
export type Given = { readonly [Key in keyof CreateOptions]?: CreateOptions[Key] | undefined };

type Asked = Omit<CreateOptions, 'preset'> & { readonly preset?: string };

/** One question, as inquirer takes it. */
export interface Question {
  readonly name: string;
  readonly type: 'input' | 'select' | 'checkbox' | 'confirm';
  readonly message: string;
  readonly [detail: string]: unknown;
}

const OWN_CHOICE = 'own';

/**
 * Asks, at a terminal, for what is missing; what is given is not asked.
 * @throws CreateError ABORTED on Ctrl-C or the signal, TARGET_IN_THE_WAY for a given directory that cannot be used.
 */
export async function askForMissing(
  given: Given,
  features: readonly Feature[],
  signal: AbortSignal,
): Promise<CreateOptions> {
  if (given.directory !== undefined) await lookAt(given.directory);
  const { default: inquirer } = await import('inquirer');
  const prompt = inquirer.createPromptModule({ output: process.stderr, signal });
  try {
    const answers = await prompt([...questions(given, features)], { ...given });
    const { preset, ...rest } = answers as Asked;
    return preset === OWN_CHOICE ? rest : ({ ...rest, preset } as CreateOptions);
  } catch (error) {
    if (!(error instanceof Error) || !/^(?:Exit|Abort)PromptError$/.test(error.name)) throw error;
    throw new CreateError('ABORTED', 'cancelled', 'Nothing was written.', { cause: error });
  }
}

/** The questions for what is missing, in their order. */
export function questions(given: Given, features: readonly Feature[]): readonly Question[] {
  const choosable = features.filter((feature) => feature.name !== 'base');
  return [
    ask('directory', 'input', { default: 'my-chat', validate: directoryAnswer }),
    ask('onConflict', 'select', { choices: CONFLICT_CHOICES, when: hasFiles }),
    ask('packageName', 'input', {
      default: ({ directory }: Asked) => suggestPackageName(nameOf(directory)),
      validate: (name: string) => problemOf(() => assertPackageName(name, 'flag')),
      when: ({ directory }: Asked) => packageNameProblem(nameOf(directory)) !== undefined,
    }),
    ask('preset', 'select', {
      default: optionOf('preset').default,
      choices: presetChoices(choosable),
      when: given.features === undefined,
    }),
    ask('features', 'checkbox', {
      choices: choosable.map(({ name, summary }) => ({ value: name, name: `${name}: ${summary}` })),
      when: ({ preset }: Asked) => preset === OWN_CHOICE,
    }),
    ask('packageManager', 'select', { choices: optionOf('packageManager').choices }),
    ask('install', 'confirm', { default: true }),
    ask('git', 'confirm', { default: true }),
  ];
}

function ask(
  key: OptionKey,
  type: Question['type'],
  details: Readonly<Record<string, unknown>>,
): Question {
  return { name: key, type, message: optionOf(key).question ?? key, ...details };
}

const CONFLICT_CHOICES = [
  { value: 'abort', name: 'stop' },
  { value: 'keep', name: 'keep them, write only what is missing' },
  { value: 'overwrite', name: 'replace them, with a backup of each' },
];

function presetChoices(features: readonly Feature[]): readonly object[] {
  const presets = (optionOf('preset').choices ?? []).map((preset) => {
    const names = features.filter((feature) => feature.presets.includes(preset as never));
    const brings = names.map((feature) => feature.name).join(', ') || 'the core alone';
    return { value: preset, name: `${preset.padEnd(8)}  ${brings}`, short: preset };
  });
  return [...presets, { value: OWN_CHOICE, name: 'choose features' }];
}

async function directoryAnswer(directory: string): Promise<true | string> {
  try {
    await lookAt(directory);
    return true;
  } catch (error) {
    if (error instanceof CreateError) return error.message;
    throw error;
  }
}

async function hasFiles({ directory }: Asked): Promise<boolean> {
  return (await lookAt(directory)).foreign.length > 0;
}

function lookAt(directory: string): Promise<Target> {
  assertDirectoryName(directory);
  const { workingDirectory, environment } = toRun({});
  return inspectTarget(locateTarget(directory, workingDirectory, environment['HOME']));
}

function nameOf(directory: string): string {
  const { workingDirectory, environment } = toRun({});
  return basename(locateTarget(directory, workingDirectory, environment['HOME']));
}

function problemOf(check: () => void): true | string {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof CreateError) return error.message;
    throw error;
  }
}
