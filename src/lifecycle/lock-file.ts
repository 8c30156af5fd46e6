import type { PackageManager } from '../options/options.ts';
import type { Manifest, Ranges } from './diagnosis.ts';

/**
 * Whether a lockfile was made for other dependencies than those of package.json: an installation that
 * may not change it fails. False where that cannot be told from its text.
 */
export function isLockBehind(manager: PackageManager, text: string, manifest: Manifest): boolean {
  if (manager === 'npm') return isNpmBehind(text, manifest);
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  return ranges.some(
    ([name, range]) => !MENTIONS[manager](name, range).some((form) => form.test(text)),
  );
}

// How each names a dependency of the project itself, with its range.
const MENTIONS: Readonly<
  Record<Exclude<PackageManager, 'npm'>, (name: string, range: string) => readonly RegExp[]>
> = {
  pnpm: (name, range) => [line(`'?${escaped(name)}'?:\\r?\\n\\s+specifier: '?${escaped(range)}'?`)],
  // Of version 1, and of those after it.
  yarn: (name, range) => [
    new RegExp(`(?:^|[\\s",])${escaped(name)}@(?:npm:)?${escaped(range)}(?=[",:\\s])`, 'm'),
  ],
  bun: (name, range) => [line(`"${escaped(name)}": "${escaped(range)}",?`)],
};

function line(form: string): RegExp {
  return new RegExp(`^\\s+${form}\\r?$`, 'm');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function isNpmBehind(text: string, manifest: Manifest): boolean {
  const root = rootIn(text);
  return (
    root !== undefined &&
    (!isSame(root.dependencies, manifest.dependencies) ||
      !isSame(root.devDependencies, manifest.devDependencies))
  );
}

function rootIn(text: string): Manifest | undefined {
  try {
    const lock = JSON.parse(text) as { readonly packages?: Readonly<Record<string, Manifest>> };
    return lock.packages?.[''];
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function isSame(a: Ranges = {}, b: Ranges = {}): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
