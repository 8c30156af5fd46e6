import { CANCELLED } from './git.ts';
import type { Answers } from '../options/options.ts';
import { quote } from '../options/replay.ts';
import type { Outcomes } from './project.ts';
import type { GitOutcome } from '../result.ts';
import { scriptCommand } from './verify.ts';

const IDENTITY = [
  'git config --global user.name "Your Name"',
  'git config --global user.email you@example.com',
];

/**
 * What is left for the user to type, each line alone: Windows PowerShell knows no `&&`, and cmd.exe
 * no single quotes. The last starts the server.
 */
export function nextSteps(answers: Answers, { install, git, verify }: Outcomes): readonly string[] {
  const { directory, packageManager } = answers;
  const enter = /^\.?[/\\]*$/.test(directory) ? [] : [`cd ${quote(directory)}`];
  const isInstalled = install.status === 'done';
  return [
    ...enter,
    ...(isInstalled ? [] : [install.command]),
    ...(verify.status === 'failed' && verify.command ? [verify.command] : []),
    ...gitSteps(git, isInstalled),
    scriptCommand(packageManager, 'dev'),
  ];
}

function gitSteps(
  { status, reason, isInRepository }: GitOutcome,
  isInstalled: boolean,
): readonly string[] {
  // Installing brings a lockfile, which belongs into a commit.
  const add = isInstalled ? [] : ['git add --all'];
  if (status === 'failed' || reason === CANCELLED)
    return ['git init', 'git add --all', commit('First commit')];
  if (status === 'staged') return [...IDENTITY, ...add, commit('First commit')];
  if (status === 'committed') return isInstalled ? [] : [...add, commit('Add the lockfile')];
  return isInRepository ? ['git add .', commit('Add the chat backend')] : [];
}

function commit(message: string): string {
  return `git commit --message ${quote(message)}`;
}
