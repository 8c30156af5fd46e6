import { join } from 'node:path';
import type { RunContext } from '../context.ts';
import type { PackageManager } from '../options/options.ts';
import { VERSION } from '../package.ts';
import type { GitOutcome } from '../result.ts';
import { childEnvironment, isOnPath } from '../lib/environment.ts';
import { lastLines, runProgram } from './run-program.ts';
import type { Environment } from '../lib/environment.ts';
import type { ProgramResult } from './run-program.ts';

const MESSAGE = `Create the project with create-chat-backend ${VERSION}`;
/** What each package manager writes beside package.json. */
export const LOCK_FILE_OF = {
  npm: 'package-lock.json',
  pnpm: 'pnpm-lock.yaml',
  yarn: 'yarn.lock',
  bun: 'bun.lock',
} as const satisfies Record<PackageManager, string>;
/** All of them. */
export const LOCK_FILES: readonly string[] = Object.values(LOCK_FILE_OF);

// For our own calls no hook, no signature, no ignore file but the project's, nothing guessed about
// who commits.
const OWN_SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.excludesFile=/dev/null',
  'core.safecrlf=false',
  'commit.gpgSign=false',
  'user.useConfigOnly=true',
].flatMap((setting) => ['-c', setting]);

/** Runs git in a directory. */
export type Git = (args: readonly string[], input?: string | Uint8Array) => Promise<ProgramResult>;

/** What a first commit needs to know. */
export interface CommitRequest {
  readonly root: string;
  /** What this run wrote, relative to the root; what the project ignores is left out. */
  readonly files: readonly string[];
}

/** Whether git can be run at all. */
export function hasGit(environment: Environment): boolean {
  return isOnPath('git', environment);
}

/** Makes a repository with one commit of these files, unless the project belongs to one already. */
export async function commitProject(request: CommitRequest, run: RunContext): Promise<GitOutcome> {
  const git = gitIn(request.root, run);
  const around = await outcomeInside(request.root, git, run);
  if (around !== undefined) return around;
  const branch = await git(['config', '--get', 'init.defaultBranch']);
  const name = branch.code === 0 ? branch.stdout.trim() : 'main';
  const made = await git(['init', '--quiet', '--template=', `--initial-branch=${name}`]);
  if (made.code !== 0) return failed('git init', made);
  return stageAndCommit(git, request);
}

/** Why a cancelled run made no repository; it is still to be made. */
export const CANCELLED = 'the run was cancelled';

/** The outcome of a run that makes no repository. */
export function skipped(reason: string): GitOutcome {
  return { status: 'skipped', commit: null, reason };
}

/**
 * The outcome for a project that belongs to a repository. A repository that ignores the project, as
 * one of a home directory does, is none of it: what looks for ignored files would find no file.
 */
async function outcomeInside(
  root: string,
  git: Git,
  run: RunContext,
): Promise<GitOutcome | undefined> {
  const { pathExists } = await import('fs-extra/esm');
  const inside = await git(['rev-parse', '--is-inside-work-tree']);
  if (inside.code === null) return failed('git rev-parse', inside);
  const hasOwn = await pathExists(join(root, '.git'));
  if (inside.code === 0 && !hasOwn && (await isIgnored(root, run))) return undefined;
  if (inside.code === 0 || hasOwn)
    return { ...skipped('the directory is in a git work tree already'), isInRepository: true };
  if (/not a git repository \(or any/.test(inside.output)) return undefined;
  // Another owner's, or a broken one: a repository inside it would be one too many all the same.
  return skipped(`git does not open the repository that the directory is in: ${said(inside)}`);
}

async function isIgnored(root: string, run: RunContext): Promise<boolean> {
  const git = gitIn(root, run, { settings: [] });
  return (await git(['check-ignore', '--quiet', 'package.json'])).code === 0;
}

async function stageAndCommit(git: Git, request: CommitRequest): Promise<GitOutcome> {
  const files = [...request.files, ...(await lockFiles(request.root))];
  const checked = await git(['check-ignore', '--stdin', '-z'], ['.env', ...files].join('\0'));
  const ignored = new Set(checked.stdout.split('\0'));
  if (!ignored.has('.env')) return failed('git check-ignore .env', checked);
  const staged = await git(
    ['--literal-pathspecs', 'add', '--pathspec-from-file=-', '--pathspec-file-nul'],
    files.filter((file) => !ignored.has(file)).join('\0'),
  );
  if (staged.code !== 0) return failed('git add', staged);
  const identities = [
    await git(['var', 'GIT_AUTHOR_IDENT']),
    await git(['var', 'GIT_COMMITTER_IDENT']),
  ];
  if (identities.some((identity) => identity.code !== 0)) {
    const reason =
      'git does not know your name; set user.name and user.email, then type git commit';
    return { status: 'staged', commit: null, reason };
  }
  const committed = await git(['commit', '--quiet', '--no-verify', '--message', MESSAGE]);
  if (committed.code !== 0) return failed('git commit', committed);
  const head = await git(['rev-parse', 'HEAD']);
  return head.code === 0
    ? { status: 'committed', commit: head.stdout.trim() }
    : failed('git rev-parse HEAD', head);
}

async function lockFiles(root: string): Promise<readonly string[]> {
  const { pathExists } = await import('fs-extra/esm');
  const found = [];
  for (const file of LOCK_FILES) if (await pathExists(join(root, file))) found.push(file);
  return found;
}

/** Makes what runs git in a directory, with settings of ours unless others are given. */
export function gitIn(
  root: string,
  { environment, reporter, signal }: RunContext,
  { settings }: { readonly settings: readonly string[] } = { settings: OWN_SETTINGS },
): Git {
  return (args, input) => {
    reporter.debug(`git ${args.join(' ')}`);
    return runProgram({
      program: 'git',
      args: [...settings, ...args],
      cwd: root,
      // In English, because some of its words are looked for.
      environment: { ...childEnvironment(environment), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      signal,
      ...(input !== undefined && { input }),
    });
  };
}

function said({ output }: ProgramResult): string {
  return output.trim().split('\n')[0] ?? '';
}

function failed(command: string, result: ProgramResult): GitOutcome {
  return {
    status: 'failed',
    commit: null,
    reason: `${command} failed with exit code ${result.code ?? 'none'}`,
    output: lastLines(result.output),
  };
}
