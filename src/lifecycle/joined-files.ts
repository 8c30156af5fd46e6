import type { Placement } from './moves.ts';
import { countLines, similarity } from './similarity.ts';
import { saysSame } from './text-form.ts';
import type { Change, Tree, TreeFile } from './types.ts';

/**
 * The files that became a part of another one, and which. Of several that come to one place the most
 * similar goes on as that file; one that was there already always does.
 */
export function joinedFiles(
  base: Tree,
  target: Tree,
  placement: Placement,
): ReadonlyMap<string, string> {
  const comers = new Map<string, string[]>();
  for (const path of base.keys()) {
    const place = placement.placeOf(path);
    if (target.has(place)) comers.set(place, [...(comers.get(place) ?? []), path]);
  }
  const joined = new Map<string, string>();
  for (const [place, paths] of comers) {
    if (paths.length < 2) continue;
    const main = paths.includes(place) ? place : mostSimilar(paths, base, target.get(place)!);
    for (const path of paths) if (path !== main) joined.set(path, place);
  }
  return joined;
}

function mostSimilar(paths: readonly string[], base: Tree, next: TreeFile): string | undefined {
  const wanted = countLines(next.bytes.toString());
  const [first] = paths
    .map((path) => ({
      path,
      score: similarity(countLines(base.get(path)!.bytes.toString()), wanted),
    }))
    .sort((a, b) => b.score - a.score);
  return first?.path;
}

/** What becomes of such a file on the disk: nobody reads it any more, so its edits are for its owner to bring. */
export function joinedChange(path: string, base: TreeFile, yours: TreeFile, place: string): Change {
  if (saysSame(base.bytes, yours.bytes)) return { path, action: 'delete', conflicts: 0 };
  const reason = `it is a part of ${place} now: bring your edits there`;
  return { path, action: 'conflict', conflicts: 1, reason };
}
