import type { LifecycleCommand, LifecycleResult, ProjectState } from '../result.ts';

/** The result of a command that leaves a project with the version and answers that it had, but for `more`. */
export function resultOf(
  command: LifecycleCommand,
  path: string,
  state: ProjectState | null,
  more: Partial<LifecycleResult>,
): LifecycleResult {
  return {
    command,
    dryRun: false,
    path,
    packageName: state?.answers.packageName ?? null,
    from: state,
    to: state,
    changes: [],
    findings: [],
    notices: [],
    install: null,
    nextSteps: [],
    warnings: [],
    ...more,
  };
}
