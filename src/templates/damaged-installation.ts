import { CreateError, damagedPackage } from '../errors.ts';

/** The error for a template of this package that cannot be used. */
export function damagedInstallation(what: string, problem: string, cause?: unknown): CreateError {
  return damagedPackage(`${what} ${problem}`, cause);
}

/** Runs an action that reads a template; what goes wrong is a damaged installation. */
export function reportingDamage<Result>(what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof CreateError) throw error;
    throw damagedInstallation(what, error instanceof Error ? error.message : String(error), error);
  }
}
