import { CreateError } from './errors.ts';

/** The error for a template of this package that cannot be used: it can only be installed again. */
export function damaged(what: string, problem: string, cause?: unknown): CreateError {
  return new CreateError(
    'DAMAGED',
    `the installation of create-chat-backend is damaged: ${what} ${problem}`,
    'Install it again, for example: npx create-chat-backend@latest',
    { cause },
  );
}

/** Runs an action that reads a template; what goes wrong is a damaged installation. */
export function undamaged<Result>(what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof CreateError) throw error;
    throw damaged(what, error instanceof Error ? error.message : String(error), error);
  }
}
