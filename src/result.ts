import type { Answers } from './options/options.ts';
import type { RecordedAnswers } from './options/record.ts';

/** What happens, or happened, to one file of the project. */
export interface FileAction {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  /** How much of it this run writes. */
  readonly bytes: number;
  /** `append` adds missing lines to a `.gitignore` that was there; `overwrite` keeps a backup. */
  readonly action: 'create' | 'overwrite' | 'append' | 'keep';
  /** For `overwrite`: where the file that was there goes. */
  readonly backup?: string;
}

/** How installing the dependencies ended. */
export interface InstallOutcome {
  readonly status: 'done' | 'skipped' | 'failed';
  readonly command: string;
  /** Exit code of the package manager, when it ran to an end. */
  readonly code: number | null;
  /** Why it failed, as a sentence, and the last lines it printed. */
  readonly problem?: string;
  readonly output?: string;
}

/** How the checks and the tests of the new project ended. */
export interface VerifyOutcome {
  readonly status: 'done' | 'skipped' | 'failed';
  /** What was run last. */
  readonly command: string | null;
  readonly code: number | null;
  /** Why it failed, as a sentence, and the last lines it printed. */
  readonly problem?: string;
  readonly output?: string;
}

/** How making the repository ended. */
export interface GitOutcome {
  /** `staged`: the repository is there, but nobody's name to commit under. */
  readonly status: 'committed' | 'staged' | 'skipped' | 'failed';
  readonly commit: string | null;
  /** Why there is no commit. */
  readonly reason?: string;
  /** Somebody's repository has the project: the commit is theirs to make. */
  readonly isInRepository?: boolean;
  readonly output?: string;
}

/** What createProject resolves to, and what `--json` prints. */
export interface CreateResult {
  readonly dryRun: boolean;
  /** Absolute, with the links of its parents resolved. */
  readonly path: string;
  readonly packageName: string;
  /** Version of this package. */
  readonly version: string;
  /** Every option but the secret ones. */
  readonly answers: Omit<Answers, 'databaseUri'>;
  readonly files: readonly FileAction[];
  readonly install: InstallOutcome;
  readonly git: GitOutcome;
  readonly verify: VerifyOutcome;
  /** The command that makes the same project again. */
  readonly replay: string;
  /** Commands for the user, in their order. */
  readonly nextSteps: readonly string[];
  readonly warnings: readonly string[];
}

/** The commands for a project that is there. */
export type LifecycleCommand =
  'add' | 'remove' | 'set' | 'update' | 'status' | 'diff' | 'undo' | 'doctor';

/** What happens, or happened, to one file of a project that is there. */
export interface FileChange {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  /** Where it was, when that is another place. */
  readonly from: string | null;
  /** The last three: what its owner did, as `status` says. */
  readonly action:
    | 'create'
    | 'replace'
    | 'merge'
    | 'delete'
    | 'keep'
    | 'conflict'
    | 'edited'
    | 'deleted'
    | 'moved';
  /** How many places are left to the owner. */
  readonly conflicts: number;
  readonly reason: string | null;
  /** A unified diff, where it was asked for and the file is text. */
  readonly diff: string | null;
}

/** What `doctor` found. */
export interface Finding {
  readonly id: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  /** What to type, where something can be typed. */
  readonly mend: string | null;
}

/** What whoever deploys an update has to know. */
export interface Notice {
  /** The release that it is of. */
  readonly version: string;
  /** `always`, or the feature that it concerns. */
  readonly when: string;
  readonly text: string;
}

/** A version of this package, and the answers that it renders. */
export interface ProjectState {
  readonly version: string;
  readonly answers: RecordedAnswers;
}

/** What the functions for a project that is there resolve to, and what their commands print with `--json`. */
export interface LifecycleResult {
  readonly command: LifecycleCommand;
  /** Nothing was written, because that was asked for. */
  readonly dryRun: boolean;
  /** The project, absolute. */
  readonly path: string;
  /** Null, as the states are, where the record of a run that was killed cannot be read. */
  readonly packageName: string | null;
  readonly from: ProjectState | null;
  readonly to: ProjectState | null;
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
  readonly install: InstallOutcome | null;
  /** Commands for the user, in their order. */
  readonly nextSteps: readonly string[];
  readonly warnings: readonly string[];
}
