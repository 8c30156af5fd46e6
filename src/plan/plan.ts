import { assertOption } from '../options/option-value.ts';
import { templatesDigest } from '../templates/digest.ts';
import {
  besideEachOther,
  choosableFeatures,
  loadFeatures,
  selectFeatures,
} from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { BASE } from '../templates/manifest.ts';
import { assertPackageName } from '../options/names.ts';
import { optionOf } from '../options/options.ts';
import type { PackageManager } from '../options/options.ts';
import type { RecordedAnswers } from '../options/record.ts';
import { TEMPLATES } from '../package.ts';
import { renderFiles } from './plan-files.ts';
import type { PlannedFile } from './planned-file.ts';
import { recordFile } from './record.ts';
import type { Secrets } from './secrets.ts';
import { fillSlots } from './slots.ts';

/** The answers that shape the bytes of a project. */
export interface PlanAnswers extends Omit<RecordedAnswers, 'packageManager' | 'adapter'> {
  readonly packageManager: string;
  /** Goes into `.env` only. */
  readonly databaseUri: string;
  /** The adapter is one of them; what they require comes along. */
  readonly features: readonly string[];
  /** Without them there is no `.env`. */
  readonly secrets?: Secrets;
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
  const shared = { packageName, description, author, port, packageManager };
  const features = besideEachOther(selectFeatures(templates, answers.features));
  const files = renderFiles(features, {
    answers: { ...shared, databaseUri },
    slots: fillSlots(features),
    secrets: { ...answers.secrets },
  });
  const recorded = {
    ...shared,
    packageManager: packageManager as PackageManager,
    adapter: features.find(({ adapter }) => adapter)?.name ?? 'none',
    features: choosableFeatures(features).map(({ name }) => name),
  };
  const record = recordFile(recorded, templatesDigest(templates));
  return {
    files: [...files, record].sort((a, b) => (a.path < b.path ? -1 : 1)),
    features: features.map(({ name }) => name).filter((name) => name !== BASE),
  };
}

function assertAnswers(answers: PlanAnswers): void {
  assertPackageName(answers.packageName, 'flag');
  for (const key of ['description', 'author', 'port', 'packageManager'] as const)
    assertOption(optionOf(key), answers[key]);
  if (answers.databaseUri !== '') assertOption(optionOf('databaseUri'), answers.databaseUri);
}
