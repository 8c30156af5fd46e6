import type { CreateResult, LifecycleResult } from './result.ts';

/** Exit code of each error; the table of the README is this one. */
export const EXIT_CODES = {
  /** A bug of ours. */
  INTERNAL: 1,
  /** Files of this package are missing or broken. */
  DAMAGED: 1,
  /** The command line cannot be understood. */
  USAGE: 2,
  /** An option has an impossible value, or two options contradict each other. */
  INVALID_OPTION: 2,
  /** Something is where the project should go. */
  TARGET_IN_THE_WAY: 3,
  /** There is no project here or above. */
  NO_PROJECT: 3,
  /** The record of a project cannot be understood, or is not that of the project. */
  RECORD: 3,
  /** Another version made the project, or templates of a development build. */
  OTHER_VERSION: 3,
  /** What would be changed is not committed. */
  UNCOMMITTED: 3,
  /** A run before was killed, or has left conflicts that are open. */
  UNFINISHED: 3,
  /** The file system refused; what this run had written is gone again. */
  FILE_SYSTEM: 4,
  /** The project is complete, but installing or git failed. */
  STEP_FAILED: 5,
  /** The machine lacks something: Node is too old, a program is missing. */
  ENVIRONMENT: 6,
  /** What a project was made from cannot be had. */
  NO_BASE: 6,
  /** Changes of the owner and of the template are in one place. */
  CONFLICTS: 7,
  /** The caller's signal, or Ctrl-C. */
  ABORTED: 130,
} as const;

/** Every way in which this package fails. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** What a CreateError carries beside its code and message. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** The project, when it was complete before the error happened. */
  readonly result?: CreateResult | undefined;
  /** The same of a project that was changed. */
  readonly changed?: LifecycleResult | undefined;
}

/** The one error this package throws: the message says what happened, the hint what to type. */
export class CreateError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly exitCode: number;
  readonly result: CreateResult | undefined;
  readonly changed: LifecycleResult | undefined;

  constructor(code: ErrorCode, message: string, hint: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CreateError';
    this.code = code;
    this.hint = hint;
    this.exitCode = EXIT_CODES[code];
    this.result = details.result;
    this.changed = details.changed;
  }
}

/** Gives any thrown value the form of a CreateError; what is none of ours is a bug of ours. */
export function toCreateError(thrown: unknown): CreateError {
  if (thrown instanceof CreateError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // What is loaded late is missing late.
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'MODULE_NOT_FOUND')
    return damagedPackage(message.replace(/\n.*/s, ''), thrown);
  return new CreateError(
    'INTERNAL',
    `internal error: ${message}`,
    'This is a bug in create-chat-backend: repeat the command with --debug and report what it prints.',
    { cause: thrown },
  );
}

/** The error for an installation of this package that lacks something: it can only be repeated. */
export function damagedPackage(problem: string, cause: unknown): CreateError {
  return new CreateError(
    'DAMAGED',
    `the installation of create-chat-backend is damaged: ${problem}`,
    'Install it again, for example: npx create-chat-backend@latest',
    { cause },
  );
}

/** Ends the work when the caller asked for it. @throws CreateError ABORTED. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new CreateError('ABORTED', 'cancelled', 'Nothing was written.', { cause: signal.reason });
  }
}
