import { toRunContext } from '../context.ts';
import type { Context, RunContext } from '../context.ts';
import { assertFinished } from './before.ts';
import { assertChangeOptions } from './change-options.ts';
import type { ChangeOptions } from './change-options.ts';
import { findRoot, openProject } from './find-project.ts';
import type { FoundProject } from './find-project.ts';

/**
 * Finds the project that is to be changed, and sees that its last run has ended.
 * @throws CreateError INVALID_OPTION, NO_PROJECT, UNFINISHED, RECORD.
 */
export async function openToChange(
  options: ChangeOptions,
  context: Context,
): Promise<{ readonly project: FoundProject; readonly run: RunContext }> {
  const run = toRunContext(context);
  assertChangeOptions(options);
  const root = findRoot(options.directory ?? '.', run.workingDirectory);
  assertFinished(root);
  return { project: openProject(root), run };
}
