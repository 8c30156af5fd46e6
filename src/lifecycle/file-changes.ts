import type { FileChange } from '../result.ts';
import type { Change, Tree } from './types.ts';
import { unifiedDiff } from './unified-diff.ts';

// Its values are secrets.
const UNSHOWN = '.env';

/** Whether something is written for a change. */
export function isWritten({ action, file }: Change): boolean {
  return file !== undefined || action === 'delete';
}

/** Changes as people and programs read them. */
export function fileChangesOf(
  changes: readonly Change[],
  disk: Tree,
  hasDiff: boolean,
): readonly FileChange[] {
  return changes.map((change) => ({
    path: change.path,
    from: change.from ?? null,
    action: change.conflicts > 0 ? 'conflict' : change.action,
    conflicts: change.conflicts,
    reason: change.reason ?? null,
    diff: hasDiff && isWritten(change) ? diffOf(change, disk) : null,
  }));
}

function diffOf({ path, from = path, file }: Change, disk: Tree): string | null {
  if (path === UNSHOWN) return null;
  return unifiedDiff({ path: from, bytes: disk.get(from)?.bytes }, { path, bytes: file?.bytes });
}
