import { join } from 'node:path';
import type { Run } from './context.ts';
import { VERSION } from './package.ts';
import type { GitOutcome } from './result.ts';
import { childEnvironment, isOnPath } from './environment.ts';
import { lastLines, runProgram } from './steps.ts';
import type { Environment } from './environment.ts';
import type { Ended } from './steps.ts';

const MESSAGE = `Create the project with create-chat-backend ${VERSION}`;
const LOCK_FILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];

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

type Git = (args: readonly string[], input?: string) => Promise<Ended>;

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

/** Makes a repository with one commit of these files, unless the project lies in a work tree already. */
export async function commitProject(request: CommitRequest, run: Run): Promise<GitOutcome> {
  const git = gitIn(request.root, run);
  const { pathExists } = await import('fs-extra/esm');
  const inside = await git(['rev-parse', '--is-inside-work-tree']);
  if (inside.code === 0 || (await pathExists(join(request.root, '.git')))) {
    return skipped('the directory is in a git work tree already');
  }
  const branch = await git(['config', '--get', 'init.defaultBranch']);
  const name = branch.code === 0 ? branch.stdout.trim() : 'main';
  const made = await git(['init', '--quiet', '--template=', `--initial-branch=${name}`]);
  if (made.code !== 0) return failed('git init', made);
  return stageAndCommit(git, request);
}

/** The outcome of a run that makes no repository. */
export function skipped(reason: string): GitOutcome {
  return { status: 'skipped', commit: null, reason };
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

function gitIn(root: string, { environment, reporter, signal }: Run): Git {
  return (args, input) => {
    reporter.debug(`git ${args.join(' ')}`);
    return runProgram({
      program: 'git',
      args: [...OWN_SETTINGS, ...args],
      cwd: root,
      environment: { ...childEnvironment(environment), GIT_TERMINAL_PROMPT: '0' },
      signal,
      ...(input !== undefined && { input }),
    });
  };
}

function failed(command: string, ended: Ended): GitOutcome {
  return {
    status: 'failed',
    commit: null,
    reason: `${command} failed with exit code ${ended.code ?? 'none'}`,
    output: lastLines(ended.output),
  };
}
