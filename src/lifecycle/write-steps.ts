import { hashOf } from '../write/journal.ts';
import type { JournaledFile } from '../write/follow-journal.ts';
import { BEFORE, KEPT_INDEX } from './before.ts';
import type { Change, Tree, TreeFile } from './types.ts';

/** What is written, and what the plan took for granted. */
export interface WriteRequest {
  readonly root: string;
  readonly changes: readonly Change[];
  /** The disk as the plan saw it. */
  readonly disk: Tree;
  /** Where conflicts are left: what git's index has of their files. The run can be taken back then. */
  readonly conflictIndex: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What happens to one file; without a file it goes. */
export interface WriteStep extends JournaledFile {
  readonly file?: TreeFile | undefined;
  /** The bytes that are put aside. */
  readonly before?: Buffer | undefined;
}

/** What happens to each file, in the order in which it happens. */
export function stepsOf({ changes, disk, conflictIndex }: WriteRequest): readonly WriteStep[] {
  const made = changes.filter(({ file }) => file !== undefined);
  const places = new Set(made.map(({ path }) => path));
  const gone = changes.flatMap(({ action, path, from, file }) => {
    if (action === 'delete') return [path];
    return from !== undefined && file !== undefined ? [from] : [];
  });
  return [
    ...(conflictIndex === undefined ? [] : keptSteps(conflictIndex)),
    ...[...new Set(gone)].filter((path) => !places.has(path)).map((path) => stepOf(path, disk)),
    ...made.map(({ path, file }) => stepOf(path, disk, file)),
  ];
}

// Git shows nobody what is kept for `undo`.
function keptSteps(conflictIndex: string): readonly WriteStep[] {
  const files = { [`${BEFORE}/.gitignore`]: '*\n', [KEPT_INDEX]: conflictIndex };
  return Object.entries(files).map(([path, text]) =>
    stepOf(path, new Map(), { bytes: Buffer.from(text), mode: 0o644 }),
  );
}

function stepOf(path: string, disk: Tree, file?: TreeFile): WriteStep {
  const before = disk.get(path)?.bytes;
  const hash = file === undefined ? '' : hashOf(file.bytes);
  const backup = before !== undefined && { backup: `${BEFORE}/${path}` };
  return { step: { path, hash, ...backup }, before, file };
}
