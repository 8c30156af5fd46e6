import { basename } from 'node:path';
import { CONFLICT_CHOICES } from './choices.ts';
import type { RunContext } from '../context.ts';
import type { Known, Question } from './converse.ts';
import { CreateError } from '../errors.ts';
import { assertDirectoryName, assertPackageName } from '../options/names.ts';
import { optionOf } from '../options/options.ts';
import type { Given, OptionKey } from '../options/options.ts';
import { packageNameProblem, suggestPackageName } from '../options/package-name.ts';
import { NAME } from '../package.ts';
import { assertFree, inspectTarget, isProject, locateTarget } from '../write/target.ts';
import type { Target } from '../write/target.ts';
import { listed } from '../lib/text.ts';

/** The questions about where the project goes. */
export function placeQuestions({ onConflict }: Given, run: RunContext): readonly Question[] {
  const check = (directory: string): Promise<string | undefined> =>
    problemOf(async () => {
      const target = await lookAt(directory, run);
      if (onConflict !== undefined) assertFree(target, onConflict);
    });
  const message = messageOf('directory');
  const targetOf = (known: Known): Promise<Target> => lookAt(String(known['directory']), run);
  return [
    {
      name: 'directory',
      message,
      form: () => ({ kind: 'text', message, default: 'my-chat', check }),
    },
    {
      name: 'onConflict',
      message: messageOf('onConflict'),
      when: async (known) => (await targetOf(known)).foreign.length > 0,
      form: async (known) => {
        const target = await targetOf(known);
        return {
          kind: 'one',
          message: messageOf('onConflict'),
          details: isProject(target)
            ? [
                `${target.path} is a chat backend already.`,
                'To keep what you have edited, stop, and type there:',
                `${NAME} add, remove, set, update or status`,
              ]
            : [`${target.path} has: ${listed(target.foreign)}`],
          choices: CONFLICT_CHOICES,
        };
      },
    },
    packageNameQuestion(run, (known) => packageNameProblem(nameOf(known, run)) !== undefined),
  ];
}

/** The question for the name in package.json; what the directory is called is offered. */
export function packageNameQuestion(run: RunContext, when: (known: Known) => boolean): Question {
  const message = messageOf('packageName');
  return {
    name: 'packageName',
    message,
    when,
    form: (known) => ({
      kind: 'text',
      message,
      default: suggestPackageName(nameOf(known, run)),
      check: (name) => problemOf(() => assertPackageName(name, 'flag')),
    }),
  };
}

/** Looks at a directory as somebody types it. @throws CreateError for one that cannot be used. */
export function lookAt(directory: string, run: RunContext): Promise<Target> {
  assertDirectoryName(directory);
  return inspectTarget(locateTarget(directory, run.workingDirectory, run.home));
}

/** What a question for an option says. */
export function messageOf(key: OptionKey): string {
  return optionOf(key).question ?? key;
}

/** What is wrong, in the words of the error that a check throws, or undefined. */
export async function problemOf(check: () => unknown): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof CreateError) return error.message;
    throw error;
  }
}

function nameOf({ directory }: Known, { workingDirectory, home }: RunContext): string {
  return basename(locateTarget(String(directory), workingDirectory, home));
}
