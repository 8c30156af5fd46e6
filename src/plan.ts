import { assertOption } from './option-value.ts';
import { loadFeatures, selectFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { assertPackageName } from './names.ts';
import { optionOf } from './options.ts';
import { TEMPLATES, VERSION } from './package.ts';
import { renderFiles } from './plan-files.ts';
import { recordFiles } from './record.ts';
import type { Secrets } from './secrets.ts';
import { fillSlots } from './slots.ts';

/** The answers that shape the bytes of a project. */
export interface PlanAnswers {
  readonly packageName: string;
  readonly description: string;
  readonly author: string;
  readonly port: number;
  /** Goes into `.env` only. */
  readonly databaseUri: string;
  readonly packageManager: string;
  /** What they require comes along. */
  readonly features: readonly string[];
  /** Without them there is no `.env`. */
  readonly secrets?: Secrets;
}

/** A file of a project before it is written. */
export interface PlannedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: 0o644 | 0o755 | 0o600;
  /** The feature that owns it. */
  readonly feature: string;
}

/** The complete set of files of a project, by path. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  /** Without `base`, in their canonical order. */
  readonly features: readonly string[];
}

/**
 * Renders a project in memory: no disk beyond the templates, no clock, no environment; the same
 * answers give the same bytes.
 * @throws CreateError INVALID_OPTION for an impossible answer, DAMAGED for a broken template.
 */
export function planProject(answers: PlanAnswers, templates?: readonly Feature[]): Plan {
  const plan = planSharedBytes(answers, templates);
  return {
    ...plan,
    files: plan.files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes) })),
  };
}

/** The same for a caller that changes no bytes: templates are read once a process and belong to all plans. */
export function planSharedBytes(
  answers: PlanAnswers,
  templates: readonly Feature[] = loadFeatures(TEMPLATES),
): Plan {
  assertAnswers(answers);
  const { packageName, description, author, port, packageManager, databaseUri } = answers;
  const recorded = { packageName, description, author, port, packageManager };
  const features = selectFeatures(templates, answers.features);
  const names = features.map((feature) => feature.name).filter((name) => name !== 'base');
  const files = renderFiles(features, {
    answers: { ...recorded, databaseUri },
    slots: fillSlots(features),
    secrets: { ...answers.secrets },
  });
  const record = recordFiles(files, {
    version: VERSION,
    options: recorded,
    features: names,
    policies: Object.assign({}, ...features.map((feature) => feature.policies)),
  });
  return {
    files: [...files, ...record].sort((a, b) => (a.path < b.path ? -1 : 1)),
    features: names,
  };
}

function assertAnswers(answers: PlanAnswers): void {
  assertPackageName(answers.packageName, 'flag');
  for (const key of ['description', 'author', 'port', 'packageManager'] as const)
    assertOption(optionOf(key), answers[key]);
  if (answers.databaseUri !== '') assertOption(optionOf('databaseUri'), answers.databaseUri);
}
