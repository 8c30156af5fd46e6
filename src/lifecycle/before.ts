import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateError } from '../errors.ts';
import { ABSENT, isThere, unlessSync } from '../lib/file-system.ts';
import { listed } from '../lib/text.ts';
import { NAME } from '../package.ts';
import type { Journal } from '../write/journal.ts';
import { parseJournal } from '../write/recover.ts';
import { JOURNAL } from '../write/target.ts';
import { countMarkers } from './markers.ts';

/** Where a run puts aside the files that it changes; with conflicts they stay there for `undo`. */
export const BEFORE = '.create-chat-backend.before';

/** The journal of a run that ended with conflicts. */
export const KEPT_JOURNAL = `${BEFORE}/journal.json`;

/** What the index of git had of the files in conflict, as `git update-index --index-info` reads it. */
export const KEPT_INDEX = `${BEFORE}/index`;

/** The error for a project in which a run is unfinished; the second run of two at once gets it, too. */
export function unfinishedRun(root: string, cause?: unknown): CreateError {
  return new CreateError(
    'UNFINISHED',
    `another run changes ${root}, or was killed while it did: ${JOURNAL}`,
    `If none is running, take it back: ${NAME} undo`,
    { cause },
  );
}

/** The journal of the last run, where that left conflicts and nobody cleared it. */
export function keptJournal(root: string): Journal | undefined {
  const text = unlessSync(ABSENT, () => readFileSync(join(root, KEPT_JOURNAL), 'utf8'));
  return text === undefined ? undefined : parseJournal(text);
}

/** The files of the last run that have markers still, with how many. */
export function openConflicts(root: string): ReadonlyMap<string, number> {
  const open = new Map<string, number>();
  for (const { path } of keptJournal(root)?.steps ?? []) {
    const text = unlessSync([...ABSENT, 'EISDIR'], () => readFileSync(join(root, path), 'utf8'));
    const count = text === undefined ? 0 : countMarkers(text);
    if (count > 0) open.set(path, count);
  }
  return open;
}

/** Refuses to go on before conflicts are resolved. @throws CreateError UNFINISHED. */
export function assertFinished(root: string): void {
  if (isThere(join(root, JOURNAL))) throw unfinishedRun(root);
  const open = [...openConflicts(root).keys()];
  if (open.length === 0) return;
  throw new CreateError(
    'UNFINISHED',
    `the conflicts of the last run are open: ${listed(open)}`,
    `Resolve them, or take that run back: ${NAME} undo`,
  );
}
