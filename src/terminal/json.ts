import type { CreateError } from '../errors.ts';
import { VERSION } from '../package.ts';
import type { CreateResult } from '../result.ts';

/** Grows when something that is printed changes its meaning, not when something is added. */
export const SCHEMA_VERSION = 1;

/**
 * What `--json` prints; `schemas/result.schema.json` describes it. Every key is there in every case,
 * so that a script needs no special one.
 */
export function toJson(
  result: CreateResult | undefined,
  error: CreateError | undefined,
  notes: readonly string[],
): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: error === undefined,
    command: 'create',
    version: VERSION,
    dryRun: result?.dryRun ?? null,
    path: result?.path ?? null,
    packageName: result?.packageName ?? null,
    answers: result?.answers ?? null,
    files: result?.files ?? [],
    install: result?.install ?? null,
    git: result?.git ?? null,
    verify: result?.verify ?? null,
    replay: result?.replay ?? null,
    nextSteps: result?.nextSteps ?? [],
    warnings: [...notes, ...(result?.warnings ?? [])],
    error: error ? { code: error.code, message: error.message, hint: error.hint } : null,
  };
}
