import { join } from 'node:path';
import { RECORDED, RECORD_FILE } from '../options/record.ts';
import type { RecordedAnswers } from '../options/record.ts';
import { sameValue } from '../options/replay.ts';
import { recordFile } from '../plan/record.ts';
import { makeSecrets } from '../plan/secrets.ts';
import type { Reporter } from '../reporter.ts';
import { renderTarget } from './base.ts';
import { invalidRecord } from './find-project.ts';
import type { FoundProject } from './find-project.ts';
import { formatterOf } from './format.ts';
import { missingVariables, staleVariables } from './merge-env.ts';
import { OLD_RECORD_FILES } from './old-record.ts';
import { readProject, readRegularFile } from './read-project.ts';
import { saysSame } from './text-form.ts';
import { inPlace, planTransition } from './transition.ts';
import type { Base, Change, ProjectTree, Relocated, Target, Tree, TreeFile } from './types.ts';

const ENV = '.env';
const ENV_EXAMPLE = '.env.example';
const SETTINGS_OF_FORMATTER = '.prettierrc.json';

/** What becomes of a project: other answers, or the same with other templates. */
export interface ChangeRequest {
  readonly project: FoundProject;
  readonly base: Base;
  readonly answers: RecordedAnswers;
  /** Brings base and project to where the target has their files; without it nothing has moved. */
  readonly relocate?: (base: Tree, project: ProjectTree, target: Target) => Relocated;
}

/** Everything that is to be written, and the disk that it was planned for. */
export interface PlannedChange {
  readonly changes: readonly Change[];
  readonly disk: Tree;
}

/** Plans a change of a project; nothing is written. @throws CreateError RECORD, TARGET_IN_THE_WAY. */
export async function planChange(
  { project, base, answers, relocate }: ChangeRequest,
  reporter: Reporter,
): Promise<PlannedChange> {
  const { root, record } = project;
  const tree = readProject(root);
  const { moved = {} } = record;
  assertDescribes(base.tree, tree.files, moved);
  const target = renderTarget(answers, makeSecrets());
  const relocated = relocate?.(base.tree, tree, target) ?? inPlace(base.tree, tree, moved);
  const { changes, ownMoves } = await planTransition({
    target,
    project: tree,
    relocated,
    labels: { yours: 'yours', base: record.version, template: target.version },
    format: formatterOf(root, reporter),
    formatsNew: isFormattedOtherwise(base.tree, tree.files),
  });
  // Behind a link it belongs to somebody else.
  const env = readRegularFile(join(root, ENV));
  const recordChange = changeOfRecord(project, target, answers, ownMoves, tree.files);
  return {
    changes: [...recordChange, ...(env ? changeOfEnv(env, base, target) : []), ...changes],
    disk: new Map([
      ...tree.files,
      ...(project.recordFile ? [[RECORD_FILE, project.recordFile] as const] : []),
      ...(env ? [[ENV, env] as const] : []),
    ]),
  };
}

// What would otherwise be planned: a whole project anew, in somebody's directory.
function assertDescribes(base: Tree, files: Tree, moved: Readonly<Record<string, string>>): void {
  const missing = [...base.keys()].filter(
    (path) => !files.has(path) && !files.has(moved[path] ?? path),
  );
  if (missing.length * 2 <= base.size) return;
  throw invalidRecord(
    `does not describe this project: ${missing.length} of its ${base.size} files are not here`,
    'Type the command in the project itself, or put its record right.',
  );
}

function isFormattedOtherwise(base: Tree, files: Tree): boolean {
  const [before, now] = [base, files].map((tree) => tree.get(SETTINGS_OF_FORMATTER));
  return before !== undefined && (now === undefined || !saysSame(before.bytes, now.bytes));
}

function changeOfRecord(
  { record, recordFile: before }: FoundProject,
  target: Target,
  answers: RecordedAnswers,
  moved: Readonly<Record<string, string>>,
  files: Tree,
): readonly Change[] {
  const isSame =
    record.version === target.version &&
    record.templates === target.templates &&
    RECORDED.every((key) => sameValue(record.answers[key], answers[key])) &&
    JSON.stringify(record.moved ?? {}) === JSON.stringify(moved);
  if (isSame) return [];
  const { bytes } = recordFile(answers, target.templates, moved);
  if (before)
    return [
      { path: RECORD_FILE, action: 'replace', file: { bytes, mode: before.mode }, conflicts: 0 },
    ];
  const old = OLD_RECORD_FILES.filter((path) => files.has(path));
  const reason = `${RECORD_FILE} has what it said`;
  return [
    { path: RECORD_FILE, action: 'create', file: { bytes, mode: 0o644 }, conflicts: 0 },
    ...old.map((path) => ({ path, action: 'delete', conflicts: 0, reason }) as const),
  ];
}

function changeOfEnv({ bytes, mode }: TreeFile, base: Base, target: Target): readonly Change[] {
  const yours = bytes.toString();
  const missing = missingVariables(yours, base.env?.toString(), target.env?.toString() ?? '');
  const [before, now] = [base.tree, target.tree].map((tree) => textIn(tree, ENV_EXAMPLE));
  const stale = staleVariables(yours, before ?? '', now ?? '');
  if (missing.length + stale.length === 0) return [];
  const names = missing.map((line) => line.slice(0, line.indexOf('=')));
  const reason = [
    ...(missing.length > 0 ? [`new: ${names.join(', ')}`] : []),
    ...(stale.length > 0 ? [`yours stays: ${stale.join(', ')}`] : []),
  ].join('; ');
  if (missing.length === 0) return [{ path: ENV, action: 'keep', conflicts: 0, reason }];
  const end = yours.includes('\r\n') ? '\r\n' : '\n';
  const gap = yours === '' || yours.endsWith('\n') ? '' : end;
  const added = missing.map((line) => line + end).join('');
  const file = { bytes: Buffer.concat([bytes, Buffer.from(gap + added)]), mode };
  return [{ path: ENV, action: 'merge', file, conflicts: 0, reason }];
}

function textIn(tree: Tree, path: string): string | undefined {
  return tree.get(path)?.bytes.toString();
}
