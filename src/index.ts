export { createProject } from './create.ts';
export type { Context } from './context.ts';
export { CreateError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { listFeatures } from './list-features.ts';
export type { FeatureSummary } from './list-features.ts';
export type { Answers, CreateOptions } from './options.ts';
export { planProject } from './plan.ts';
export type { Plan, PlanAnswers, PlannedFile } from './plan.ts';
export type { Reporter, Step } from './reporter.ts';
export type {
  CreateResult,
  FileAction,
  GitOutcome,
  InstallOutcome,
  VerifyOutcome,
} from './result.ts';
export type { Environment } from './environment.ts';
