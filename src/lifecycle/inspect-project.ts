import { relative, resolve, sep } from 'node:path';
import { toRunContext } from '../context.ts';
import type { Context } from '../context.ts';
import { isThere } from '../lib/file-system.ts';
import { NAME } from '../package.ts';
import type { FileChange, LifecycleResult } from '../result.ts';
import { JOURNAL } from '../write/target.ts';
import { baseOf } from './base.ts';
import { openConflicts } from './before.ts';
import { findRoot, openProject } from './find-project.ts';
import { findOwnMoves } from './own-moves.ts';
import { OwnPlaces } from './own-places.ts';
import { readProject } from './read-project.ts';
import { resultOf } from './result-of.ts';
import { assertNotNewer } from './same-version.ts';
import { isExecutable, saysSame } from './text-form.ts';
import { inPlace } from './transition.ts';
import type { ProjectTree, Tree, TreeFile } from './types.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What is looked at. */
export interface InspectOptions {
  /** In the project or below it; default: the working directory. */
  readonly directory?: string | undefined;
  /** What the project was made from: a directory, or a packed version of this package. */
  readonly base?: string | undefined;
  /** A unified diff of every file that is not as it was made. */
  readonly diff?: boolean | undefined;
  /** Only these files and folders, relative to the working directory. */
  readonly paths?: readonly string[] | undefined;
}

/**
 * Says how a project differs from what was made, without changing anything.
 * @throws CreateError NO_PROJECT, RECORD, OTHER_VERSION for a newer one, NO_BASE.
 */
export async function inspectProject(
  options: InspectOptions = {},
  context: Context = {},
): Promise<LifecycleResult> {
  const run = toRunContext(context);
  const root = findRoot(options.directory ?? '.', run.workingDirectory);
  const project = openProject(root);
  const { version, answers, moved = {} } = project.record;
  const command = options.diff ? 'diff' : 'status';
  assertNotNewer(project.record, command);
  const { base, warnings } = await baseOf(project, options.base, run);
  const wanted = wantedIn(root, options.paths, run.workingDirectory);
  const found = editsOf(base.tree, readProject(root), moved, options.diff === true);
  const open = openConflicts(root);
  return resultOf(
    command,
    root,
    { version, answers },
    {
      changes: found
        .filter(({ path }) => wanted(path))
        .map((change) => ({ ...change, conflicts: open.get(change.path) ?? 0 })),
      warnings: [...warnings, ...warningsOf(root, [...open.keys()])],
    },
  );
}

function warningsOf(root: string, open: readonly string[]): readonly string[] {
  const undo = `${NAME} undo`;
  return [
    ...(isThere(`${root}/${JOURNAL}`) ? [`a run was killed while it wrote; ${undo}`] : []),
    ...open.map((path) => `${path} has conflict markers; resolve them, or: ${undo}`),
  ];
}

function wantedIn(
  root: string,
  paths: readonly string[] | undefined,
  workingDirectory: string,
): (path: string) => boolean {
  if (paths === undefined || paths.length === 0) return () => true;
  const places = paths.map((path) =>
    relative(root, resolve(workingDirectory, path)).split(sep).join('/'),
  );
  return (path) =>
    places.some((place) => place === '' || path === place || path.startsWith(`${place}/`));
}

function editsOf(
  base: Tree,
  project: ProjectTree,
  recorded: Readonly<Record<string, string>>,
  hasDiff: boolean,
): readonly FileChange[] {
  const places = new OwnPlaces(project, inPlace(base, project, recorded), base);
  const missing = [...base].filter(([path]) => !project.files.has(places.placeOf(path)));
  const strangers = places.own().map((path) => [path, project.files.get(path)!] as const);
  const moves = missing.length > 0 ? findOwnMoves(new Map(missing), new Map(strangers)) : {};
  return [...base].flatMap(([path, before]) => {
    const at = moves[path] ?? places.placeOf(path);
    return editOf({ path, before, at, now: project.files.get(at) }, hasDiff);
  });
}

interface Compared {
  readonly path: string;
  readonly before: TreeFile;
  readonly at: string;
  readonly now: TreeFile | undefined;
}

function editOf({ path, before, at, now }: Compared, hasDiff: boolean): readonly FileChange[] {
  const isMoved = at !== path;
  const isSame = now !== undefined && saysSame(before.bytes, now.bytes);
  const hasSameMode = now === undefined || isExecutable(before) === isExecutable(now);
  if (isSame && hasSameMode && !isMoved) return [];
  return [
    {
      path: at,
      from: isMoved ? path : null,
      action: now === undefined ? 'deleted' : isMoved ? 'moved' : 'edited',
      conflicts: 0,
      reason: isMoved && !isSame ? 'edited, too' : hasSameMode ? null : 'may be run, or no more',
      diff:
        hasDiff && !isSame
          ? unifiedDiff({ path, bytes: before.bytes }, { path: at, bytes: now?.bytes })
          : null,
    },
  ];
}
