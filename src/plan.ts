import { assertOption } from './option-value.ts';
import { damaged, undamaged } from './damaged.ts';
import { loadFeatures, selectFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { mergeJson } from './merge.ts';
import type { JsonObject } from './merge.ts';
import { assertPackageName } from './names.ts';
import { optionOf } from './options.ts';
import { TEMPLATES, VERSION } from './package.ts';
import { recordFiles } from './record.ts';
import { renderHost } from './render.ts';
import type { RenderContext } from './render.ts';
import type { Secrets } from './secrets.ts';
import { fillSlots } from './slots.ts';
import type { TemplateFile } from './template-files.ts';

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

/** A template file with the feature that owns it. */
interface Owned {
  readonly file: TemplateFile;
  readonly feature: string;
}

const SECRET_FILE = '.env';
const MERGED_FILE = 'package.json';
// What one package manager reads, and the others do not.
const READ_BY = new Map([
  ['pnpm-workspace.yaml', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
]);

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

function renderFiles(features: readonly Feature[], context: RenderContext): readonly PlannedFile[] {
  const hasSecrets = Object.keys(context.secrets).length > 0;
  const { packageManager } = context.answers;
  return [...byPath(features)]
    .filter(([path]) => path !== SECRET_FILE || hasSecrets)
    .filter(([path]) => !READ_BY.has(path) || READ_BY.get(path) === packageManager)
    .map(([path, owners]) => planFile(path, owners, context));
}

function byPath(features: readonly Feature[]): ReadonlyMap<string, [Owned, ...Owned[]]> {
  const paths = new Map<string, [Owned, ...Owned[]]>();
  for (const { name: feature, files } of features)
    for (const file of files) {
      const owners = paths.get(file.path);
      if (owners) owners.push({ file, feature });
      else paths.set(file.path, [{ file, feature }]);
    }
  return paths;
}

function planFile(
  path: string,
  owners: readonly [Owned, ...Owned[]],
  context: RenderContext,
): PlannedFile {
  const [{ file, feature }, other] = owners;
  const mode = path === SECRET_FILE ? 0o600 : file.isExecutable ? 0o755 : 0o644;
  if (path === MERGED_FILE) return { path, bytes: mergeOwned(owners, context), mode, feature };
  if (other !== undefined)
    throw damaged(path, `belongs to two features, ${feature} and ${other.feature}`);
  return { path, bytes: contentOf(file, context), mode, feature };
}

function mergeOwned(owners: readonly Owned[], context: RenderContext): Buffer {
  const parts = owners.map(({ file, feature }) => ({
    of: feature,
    value: undamaged(
      file.source,
      () => JSON.parse(contentOf(file, context).toString()) as JsonObject,
    ),
  }));
  const merged = undamaged(MERGED_FILE, () => mergeJson(parts));
  return Buffer.from(`${JSON.stringify(merged, null, 2)}\n`);
}

function contentOf(file: TemplateFile, context: RenderContext): Buffer {
  return file.isHost ? Buffer.from(renderHost(file, context)) : file.bytes;
}
