import { isOnPath } from '../lib/environment.ts';
import type { RunContext } from '../context.ts';
import { CreateError } from '../errors.ts';
import { listed } from '../lib/text.ts';
import { gitIn } from '../steps/git.ts';
import type { Git } from '../steps/git.ts';
import type { Change, Stages } from './types.ts';

/** The work tree of git that a project is in. */
export interface WorkTree {
  readonly git: Git;
  /** The path of the project in it, empty or with a `/` at its end. */
  readonly prefix: string;
}

/** The work tree that a project is in; undefined where there is none, or no git that opens it. */
export async function workTreeOf(root: string, run: RunContext): Promise<WorkTree | undefined> {
  if (!isOnPath('git', run.environment)) return undefined;
  // The owner's settings hold: what git takes for changed is what the owner sees.
  const git = gitIn(root, run, { settings: ['-c', 'core.quotePath=false'] });
  const prefix = await git(['rev-parse', '--is-inside-work-tree', '--show-prefix']);
  const [isInside, path = ''] = prefix.stdout.split('\n');
  return prefix.code === 0 && isInside === 'true' ? { git, prefix: path } : undefined;
}

/**
 * Refuses to change what git could not bring back: files that are modified or untracked.
 * @throws CreateError UNCOMMITTED.
 */
export async function assertCommitted(
  { git, prefix }: WorkTree,
  paths: readonly string[],
): Promise<void> {
  const options = ['--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
  const status = await git(['--no-optional-locks', 'status', ...options, '--', '.']);
  const dirty = new Set(status.stdout.split('\0').map((line) => line.slice('XY '.length)));
  const found = paths.filter((path) => dirty.has(prefix + path));
  if (found.length === 0) return;
  throw new CreateError(
    'UNCOMMITTED',
    `files that would change are not committed: ${listed(found)}`,
    'Commit or stash them, or add --allow-dirty.',
  );
}

/** What the index has of files that get markers, as `restoreIndex` takes it; nothing of untracked ones. */
export async function indexOf({ git }: WorkTree, changes: readonly Change[]): Promise<string> {
  const marked = changes.flatMap(({ path, stages }) => (stages === undefined ? [] : [path]));
  if (marked.length === 0) return '';
  const listing = ['--literal-pathspecs', 'ls-files', '--stage', '-z', '--full-name', '--'];
  return (await git([...listing, ...marked])).stdout;
}

/** Tells git of conflicts: a commit is stopped, and editors show their three sides. */
export async function stageConflicts(
  { git, prefix }: WorkTree,
  changes: readonly Change[],
  index: string,
): Promise<void> {
  const tracked = new Map(entriesOf(index).map((entry) => [pathOf(entry), modeOf(entry)]));
  for (const { path, stages } of changes) {
    const mode = tracked.get(prefix + path);
    if (stages === undefined || mode === undefined) continue;
    const entries = [];
    for (const [at, side] of (['base', 'yours', 'template'] as const).entries()) {
      const id = await objectOf(git, path, stages[side]);
      entries.push(`${mode} ${id} ${at + 1}\t${prefix}${path}`);
    }
    await replaceEntries(git, entries);
  }
}

/** Puts entries of the index back as they were. */
export async function restoreIndex({ git }: WorkTree, index: string): Promise<void> {
  const entries = entriesOf(index);
  if (entries.length > 0) await replaceEntries(git, entries);
}

async function replaceEntries(git: Git, entries: readonly string[]): Promise<void> {
  const removed = entries.map((entry) => `0 ${idOf(entry).replace(/./g, '0')}\t${pathOf(entry)}`);
  const lines = [...new Set(removed), ...entries].map((line) => `${line}\0`);
  await git(['update-index', '-z', '--index-info'], lines.join(''));
}

async function objectOf(git: Git, path: string, bytes: Stages['base']): Promise<string> {
  const { stdout } = await git(['hash-object', '-w', '--stdin', `--path=${path}`], bytes);
  return stdout.trim();
}

// An entry: mode, object, stage, tab, path.
function entriesOf(index: string): readonly string[] {
  return index.split('\0').filter((entry) => entry !== '');
}

function pathOf(entry: string): string {
  return entry.slice(entry.indexOf('\t') + 1);
}

function modeOf(entry: string): string {
  return entry.slice(0, entry.indexOf(' '));
}

function idOf(entry: string): string {
  return entry.split(' ', 2)[1] ?? '';
}
