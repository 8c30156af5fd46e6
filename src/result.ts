import type { Answers } from './options.ts';

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
