import { damagedInstallation, reportingDamage } from '../templates/damaged-installation.ts';
import type { Feature } from '../templates/features.ts';
import { mergeJson } from './merge.ts';
import type { JsonObject } from './merge.ts';
import type { PlannedFile } from './planned-file.ts';
import { renderHost } from './render.ts';
import type { RenderContext } from './render.ts';
import { MERGED_FILE } from '../templates/template-files.ts';
import type { TemplateFile } from '../templates/template-files.ts';

/** A template file with the feature that owns it. */
interface Owned {
  readonly file: TemplateFile;
  readonly feature: string;
}

const SECRET_FILE = '.env';
// What one package manager reads, and the others do not.
const READ_BY = new Map([
  ['pnpm-workspace.yaml', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
  ['bunfig.toml', 'bun'],
]);

/** Every file that these features bring, rendered. @throws CreateError DAMAGED for a broken template. */
export function renderFiles(
  features: readonly Feature[],
  context: RenderContext,
): readonly PlannedFile[] {
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
    throw damagedInstallation(path, `belongs to two features, ${feature} and ${other.feature}`);
  return { path, bytes: contentOf(file, context), mode, feature };
}

function mergeOwned(owners: readonly Owned[], context: RenderContext): Buffer {
  const parts = owners.map(({ file, feature }) => ({
    of: feature,
    value: reportingDamage(
      file.source,
      () => JSON.parse(contentOf(file, context).toString()) as JsonObject,
    ),
  }));
  const merged = reportingDamage(MERGED_FILE, () => mergeJson(parts));
  return Buffer.from(`${JSON.stringify(merged, null, 2)}\n`);
}

function contentOf(file: TemplateFile, context: RenderContext): Buffer {
  return file.isHost ? Buffer.from(renderHost(file, context)) : file.bytes;
}
