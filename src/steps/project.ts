import type { Answers } from '../options/options.ts';
import type { GitOutcome, InstallOutcome, VerifyOutcome } from '../result.ts';
import type { PlannedAction } from '../write/planned-action.ts';
import type { Target } from '../write/target.ts';

/** A project as it is known before anything is installed. */
export interface Project {
  readonly answers: Answers;
  readonly target: Target;
  readonly actions: readonly PlannedAction[];
  /** What the answers would be had only the directory been given. */
  readonly defaults: Answers;
  /** What the user types to install. */
  readonly installCommand: string;
  /** How the replay is run, as of runnerOf. */
  readonly runner: string;
  /** What a person should know of the place. */
  readonly notes: readonly string[];
}

/** What happened after the files were written. */
export interface Outcomes {
  readonly install: InstallOutcome;
  readonly git: GitOutcome;
  readonly verify: VerifyOutcome;
}
