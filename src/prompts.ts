import { basename } from 'node:path';
import {
  CONFLICT_CHOICES,
  OWN_CHOICE,
  adapterChoices,
  featureChoices,
  packageManagerChoices,
  presetChoices,
} from './choices.ts';
import type { Run } from './context.ts';
import { CreateError } from './errors.ts';
import { adapterNames, choosableFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { assertDirectoryName, assertPackageName } from './names.ts';
import { DEFAULTS, optionOf } from './options.ts';
import type { CreateOptions, Given, OptionKey } from './options.ts';
import { packageNameProblem, suggestPackageName } from './package-name.ts';
import { assertFree, inspectTarget, locateTarget } from './target.ts';
import type { Target } from './target.ts';

type Asked = Omit<CreateOptions, 'preset'> & { readonly preset?: string };

/** One question, as inquirer takes it. */
export interface Question {
  readonly name: string;
  readonly type: 'input' | 'select' | 'checkbox' | 'confirm';
  readonly message: string;
  readonly [detail: string]: unknown;
}

/**
 * Asks, at a terminal, for what is missing; what is given is not asked.
 * @throws CreateError ABORTED on Ctrl-C or the signal, TARGET_IN_THE_WAY when the directory cannot be used.
 */
export async function askForMissing(
  given: Given,
  features: readonly Feature[],
  run: Run,
): Promise<CreateOptions> {
  if (given.directory !== undefined) await lookAt(given.directory, run);
  const { default: inquirer } = await import('inquirer');
  const { signal } = run;
  const prompt = inquirer.createPromptModule({ output: process.stderr, ...(signal && { signal }) });
  const ask = (questions: readonly Question[], known: object): Promise<unknown> =>
    prompt([...questions], { ...known }).catch(rethrow);
  const place = (await ask(placeQuestions(run), given)) as Asked;
  assertFree(await lookAt(place.directory, run), place.onConflict ?? 'abort');
  const { preset, ...rest } = (await ask(projectQuestions(given, features, run), place)) as Asked;
  return preset === OWN_CHOICE ? rest : ({ ...rest, preset } as CreateOptions);
}

/** The questions about where the project goes. */
export function placeQuestions(run: Run): readonly Question[] {
  return [
    question('directory', 'input', {
      default: 'my-chat',
      validate: (directory: string) => problemOf(() => lookAt(directory, run)),
    }),
    question('onConflict', 'select', {
      choices: CONFLICT_CHOICES,
      when: async ({ directory }: Asked) => (await lookAt(directory, run)).foreign.length > 0,
    }),
  ];
}

/** The questions about what the project is. */
export function projectQuestions(
  given: Given,
  features: readonly Feature[],
  run: Run,
): readonly Question[] {
  const choosable = choosableFeatures(features);
  const nameOf = ({ directory }: Asked): string => basename(locate(directory, run));
  return [
    question('packageName', 'input', {
      default: (asked: Asked) => suggestPackageName(nameOf(asked)),
      validate: (name: string) => problemOf(() => assertPackageName(name, 'flag')),
      when: (asked: Asked) => packageNameProblem(nameOf(asked)) !== undefined,
    }),
    question('preset', 'select', {
      default: DEFAULTS.preset,
      choices: presetChoices(choosable),
      when: given.features === undefined,
    }),
    question('features', 'checkbox', {
      choices: featureChoices(
        choosable.filter(({ name }) => !given.withoutFeatures?.includes(name)),
      ),
      pageSize: 12,
      when: ({ preset }: Asked) => preset === OWN_CHOICE,
    }),
    question('adapter', 'select', {
      default: DEFAULTS.adapter,
      choices: adapterChoices(features),
      // With `none` alone there is nothing to choose.
      when: adapterNames(features).length > 1,
    }),
    question('packageManager', 'select', packageManagerChoices(given, run)),
    // Who wants the project verified wants it installed.
    question('install', 'confirm', { default: DEFAULTS.install, when: !given.verify }),
    question('git', 'confirm', { default: DEFAULTS.git }),
  ];
}

function question(
  key: OptionKey,
  type: Question['type'],
  details: Readonly<Record<string, unknown>>,
): Question {
  return { name: key, type, message: optionOf(key).question ?? key, ...details };
}

function lookAt(directory: string, run: Run): Promise<Target> {
  assertDirectoryName(directory);
  return inspectTarget(locate(directory, run));
}

function locate(directory: string, { workingDirectory, home }: Run): string {
  return locateTarget(directory, workingDirectory, home);
}

async function problemOf(check: () => unknown): Promise<true | string> {
  try {
    await check();
    return true;
  } catch (error) {
    if (error instanceof CreateError) return error.message;
    throw error;
  }
}

function rethrow(error: unknown): never {
  if (!(error instanceof Error) || !/^(?:Exit|Abort)PromptError$/.test(error.name)) throw error;
  throw new CreateError('ABORTED', 'cancelled', 'Nothing was written.', { cause: error });
}
