import { appendFileSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedAction } from './planned-action.ts';
import { isThere } from '../lib/file-system.ts';
import { changedMeanwhile } from './errors.ts';
import { followJournal } from './follow-journal.ts';
import type { JournaledFile } from './follow-journal.ts';
import { hashOf, makeFile } from './journal.ts';
import type { JournalStep } from './journal.ts';
import type { Target } from './target.ts';

interface ActionStep extends JournaledFile {
  readonly action: PlannedAction;
}

/**
 * Writes into a directory that exists: a journal first, then each file exclusively and complete from
 * its first instant. Whatever stops it, the journal is followed backwards and the directory is as it
 * was.
 */
export async function writeInPlace(
  { path: root }: Target,
  actions: readonly PlannedAction[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await followJournal<ActionStep>({
    root,
    signal,
    hint: 'To undo the rest, type the command again with --on-conflict keep; --debug shows both reasons.',
    prepare: () => ({
      files: prepare(root, actions),
      made: actions.filter(({ action }) => action === 'create'),
    }),
    apply: ({ action }, temporaryFile) => apply(root, action, temporaryFile),
  });
}

function prepare(root: string, actions: readonly PlannedAction[]): readonly ActionStep[] {
  const steps = [];
  for (const action of actions) {
    assertUnchanged(root, action);
    if (action.action !== 'keep') steps.push({ action, step: journalStep(root, action) });
  }
  return steps;
}

function assertUnchanged(root: string, { path, action }: PlannedAction): void {
  if (isThere(join(root, path)) === (action === 'create')) throw changedMeanwhile(join(root, path));
}

function journalStep(root: string, action: PlannedAction): JournalStep {
  const { path, backup, appendedLines } = action;
  if (appendedLines === undefined) {
    return { path, hash: hashOf(action.file.bytes), ...(backup !== undefined && { backup }) };
  }
  const before = readFileSync(join(root, path));
  return { path, hash: hashOf(before), length: before.length, appendedLines };
}

function apply(root: string, action: PlannedAction, temporaryFile: string): void {
  const path = join(root, action.path);
  if (action.appendedLines !== undefined) return appendFileSync(path, action.appendedLines);
  if (action.backup !== undefined) renameSync(path, join(root, action.backup));
  makeFile(path, action.file, temporaryFile);
  unlinkSync(temporaryFile);
}
