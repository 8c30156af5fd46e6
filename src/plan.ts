import { damaged, loadFeatures, selectFeatures } from './features.ts';
import type { Feature, SlotEntry, TemplateFile } from './features.ts';
import { mergeJson } from './merge.ts';
import type { JsonObject } from './merge.ts';
import { TEMPLATES, VERSION } from './package.ts';
import { recordFiles } from './record.ts';
import { renderHost } from './render.ts';
import type { RenderContext } from './render.ts';
import type { Secrets } from './secrets.ts';

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
  readonly features: readonly string[];
}

/** A template file with the feature that owns it. */
interface Owned {
  readonly file: TemplateFile;
  readonly feature: Feature;
}

const SECRET_FILE = '.env';

/**
 * Renders a project in memory: no disk, clock or environment; the same answers give the same bytes.
 * @throws CreateError INVALID_OPTION for unknown features, DAMAGED for a broken template.
 */
export function planProject(
  answers: PlanAnswers,
  templates: readonly Feature[] = loadFeatures(TEMPLATES),
): Plan {
  const features = selectFeatures(templates, answers.features);
  const context = toContext(answers, features);
  const files: PlannedFile[] = [];
  for (const [path, owners] of byPath(features)) {
    if (path === SECRET_FILE && answers.secrets === undefined) continue;
    files.push(planFile(path, owners, context));
  }
  const names = features.map((feature) => feature.name).filter((name) => name !== 'base');
  const { packageName, description, author, port, packageManager } = answers;
  files.push(
    ...recordFiles(files, {
      version: VERSION,
      options: { packageName, description, author, port, packageManager },
      features: names,
      policies: Object.assign({}, ...features.map((feature) => feature.policies)),
    }),
  );
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), features: names };
}

function planFile(path: string, owners: readonly Owned[], context: RenderContext): PlannedFile {
  const [first, ...others] = owners as [Owned, ...Owned[]];
  const feature = first.feature.name;
  const mode = path === SECRET_FILE ? 0o600 : first.file.isExecutable ? 0o755 : 0o644;
  if (path === 'package.json') return { path, bytes: mergeFiles(owners, context), mode, feature };
  const other = others[0]?.feature.name;
  if (other !== undefined) throw damaged(path, `belongs to two features, ${feature} and ${other}`);
  return { path, bytes: contentOf(first.file, context), mode, feature };
}

function mergeFiles(owners: readonly Owned[], context: RenderContext): Buffer {
  const parts = owners.map(({ file, feature }) => ({
    from: `${file.path} of ${feature.name}`,
    value: JSON.parse(contentOf(file, context).toString()) as JsonObject,
  }));
  return Buffer.from(`${JSON.stringify(mergeJson(parts), null, 2)}\n`);
}

function contentOf(file: TemplateFile, context: RenderContext): Buffer {
  return file.isHost ? Buffer.from(renderHost(file, context)) : file.bytes;
}

function byPath(features: readonly Feature[]): ReadonlyMap<string, readonly Owned[]> {
  const paths = new Map<string, Owned[]>();
  for (const feature of features)
    for (const file of feature.files)
      paths.set(file.path, [...(paths.get(file.path) ?? []), { file, feature }]);
  return paths;
}

function toContext(answers: PlanAnswers, features: readonly Feature[]): RenderContext {
  const { secrets, features: _names, ...rest } = answers;
  return { answers: rest, slots: fillSlots(features), secrets: { ...secrets } };
}

/** Every slot that a host prints, with what the features give to it. */
function fillSlots(features: readonly Feature[]): Readonly<Record<string, readonly SlotEntry[]>> {
  const slots: Record<string, SlotEntry[]> = {};
  for (const file of features.flatMap((feature) => feature.files))
    if (file.isHost)
      for (const [, name] of file.bytes.toString().matchAll(/\bslots\.(\w+)/g))
        slots[name as string] = [];
  for (const feature of features)
    for (const [name, entries] of Object.entries(feature.slots)) {
      const slot = slots[name];
      if (slot === undefined)
        throw damaged(feature.name, `fills a slot ${name} that no host prints`);
      slot.push(...entries);
    }
  for (const entries of Object.values(slots)) entries.sort(byImport);
  return slots;
}

/** Imports stand in the order of their files; what imports nothing keeps the order of features. */
function byImport(a: SlotEntry, b: SlotEntry): number {
  if (typeof a === 'string' || typeof b === 'string') return 0;
  const [left, right] = [a['from'] ?? '', b['from'] ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
