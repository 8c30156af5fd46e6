import type { LifecycleCommand } from '../result.ts';

// Beside the table, because every run asks for the names, and few for the rest.
const NAMES = {
  add: true,
  remove: true,
  set: true,
  update: true,
  status: true,
  diff: true,
  undo: true,
  doctor: true,
} as const satisfies Record<LifecycleCommand, true>;

/** The names of the commands for a project. */
export const PROJECT_COMMAND_NAMES = Object.keys(NAMES) as readonly LifecycleCommand[];

/** Whether a word names one. */
export function isProjectCommand(word: string | undefined): word is LifecycleCommand {
  return word !== undefined && Object.hasOwn(NAMES, word);
}
