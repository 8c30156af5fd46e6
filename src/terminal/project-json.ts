import type { CreateError } from '../errors.ts';
import { VERSION } from '../package.ts';
import type { LifecycleCommand, LifecycleResult } from '../result.ts';
import { SCHEMA_VERSION } from './json.ts';

/**
 * What a command for a project prints with `--json`; `schemas/lifecycle.schema.json` describes it. Every
 * key is there in every case, so that a script needs no special one.
 */
export function toProjectJson(
  command: LifecycleCommand,
  result: LifecycleResult | undefined,
  error: CreateError | undefined,
  notes: readonly string[],
): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: error === undefined,
    command,
    version: VERSION,
    dryRun: result?.dryRun ?? null,
    path: result?.path ?? null,
    packageName: result?.packageName ?? null,
    from: result?.from ?? null,
    to: result?.to ?? null,
    changes: result?.changes ?? [],
    findings: result?.findings ?? [],
    notices: result?.notices ?? [],
    install: result?.install ?? null,
    nextSteps: result?.nextSteps ?? [],
    warnings: [...notes, ...(result?.warnings ?? [])],
    error: error ? { code: error.code, message: error.message, hint: error.hint } : null,
  };
}
