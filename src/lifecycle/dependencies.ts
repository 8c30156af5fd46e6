import type { PlannedChange } from './plan-change.ts';

const MANIFEST = 'package.json';

/** Whether a change makes it necessary to install; with markers in package.json nobody can. */
export function hasOtherDependencies({ changes, disk }: PlannedChange): boolean {
  const change = changes.find(({ path }) => path === MANIFEST);
  if (change?.file === undefined || change.conflicts > 0) return false;
  return dependenciesIn(change.file.bytes) !== dependenciesIn(disk.get(MANIFEST)?.bytes);
}

function dependenciesIn(bytes: Buffer | undefined): string | undefined {
  try {
    const manifest = JSON.parse(bytes?.toString() ?? '') as Readonly<Record<string, unknown>>;
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
    return JSON.stringify([dependencies, devDependencies, optionalDependencies, peerDependencies]);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
