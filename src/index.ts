export { createProject, startProject } from './create.ts';
export type { Context } from './context.ts';
export { updateProject } from './lifecycle/update-project.ts';
export { CreateError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { addFeatures, removeFeatures, setAnswers } from './lifecycle/change-answers.ts';
export type { AnswerOptions, FeatureOptions } from './lifecycle/change-answers.ts';
export type { ChangeOptions } from './lifecycle/change-options.ts';
export { diagnoseProject } from './lifecycle/diagnose-project.ts';
export type { DiagnoseOptions } from './lifecycle/diagnose-project.ts';
export { inspectProject } from './lifecycle/inspect-project.ts';
export type { InspectOptions } from './lifecycle/inspect-project.ts';
export { undoChanges } from './lifecycle/undo-changes.ts';
export type { UndoOptions } from './lifecycle/undo-changes.ts';
export { listFeatures } from './templates/list-features.ts';
export type { FeatureSummary } from './templates/list-features.ts';
export type { SettableAnswers } from './options/record.ts';
export type { Answers, CreateOptions } from './options/options.ts';
export { planProject } from './plan/plan.ts';
export type { Plan, PlanAnswers } from './plan/plan.ts';
export type { PlannedFile } from './plan/planned-file.ts';
export type { Reporter, Step } from './reporter.ts';
export type {
  CreateResult,
  FileAction,
  FileChange,
  Finding,
  GitOutcome,
  InstallOutcome,
  LifecycleCommand,
  LifecycleResult,
  Notice,
  ProjectState,
  VerifyOutcome,
} from './result.ts';
export type { Environment } from './lib/environment.ts';
