import { CreateError, throwIfAborted } from '../errors.ts';
import { toRunContext } from '../context.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from '../options/record.ts';
import type { Finding, LifecycleResult } from '../result.ts';
import { diagnoseDatabases } from './diagnose-databases.ts';
import { diagnoseEnvironment } from './diagnose-environment.ts';
import { diagnoseInstallation } from './diagnose-installation.ts';
import { diagnoseRecord, diagnoseRuns, recordFinding } from './diagnose-record.ts';
import { diagnosisOf } from './diagnosis.ts';
import { renderedBase } from './base.ts';
import { findRoot, openProject } from './find-project.ts';
import { askForNewer } from './newer-version.ts';
import { resultOf } from './result-of.ts';
import { isOfThisVersion } from './same-version.ts';

/** What is looked at. */
export interface DiagnoseOptions {
  /** In the project or below it; default: the working directory. */
  readonly directory?: string | undefined;
  /** Ask the registry for newer versions, too. */
  readonly online?: boolean | undefined;
}

const LEVELS = ['error', 'warning', 'note'] as const;

/**
 * Looks for what keeps a project from running, without changing anything. Nothing is asked over the
 * network but its databases, 2 s each, and no value of `.env` is in what it says.
 * @throws CreateError NO_PROJECT, FILE_SYSTEM for a file that cannot be read.
 */
export async function diagnoseProject(
  { directory = '.', online = false }: DiagnoseOptions = {},
  context: Context = {},
): Promise<LifecycleResult> {
  const run = toRunContext(context);
  const root = findRoot(directory, run.workingDirectory);
  const { record, findings } = recordIn(root);
  const diagnosis = diagnosisOf(root, record, run);
  const found = await Promise.all([
    diagnoseInstallation(diagnosis),
    diagnoseEnvironment(diagnosis),
    diagnoseDatabases(diagnosis),
    diagnoseRuns(diagnosis),
    diagnoseRecord(diagnosis),
  ]);
  const newer = online ? await askForNewer(diagnosis) : { findings: [], warnings: [] };
  throwIfAborted(run.signal);
  const all = [...findings, ...found.flat(), ...newer.findings];
  const state = record ? { version: record.version, answers: record.answers } : null;
  return resultOf('doctor', root, state, {
    findings: LEVELS.flatMap((level) => all.filter((finding) => finding.level === level)),
    warnings: newer.warnings,
  });
}

interface FoundRecord {
  readonly record: ProjectRecord | undefined;
  readonly findings: readonly Finding[];
}

function recordIn(root: string): FoundRecord {
  try {
    const { record } = openProject(root);
    // What every check that renders would fail with.
    if (isOfThisVersion(record)) renderedBase(record.answers);
    return { record, findings: [] };
  } catch (error) {
    if (!(error instanceof CreateError) || error.code !== 'RECORD') throw error;
    return { record: undefined, findings: [recordFinding(error)] };
  }
}
