import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMITTER } from './terminal.js';

const PUBLISHED = join(import.meta.dirname, '../../tests/fixtures/create-chat-backend-0.1.0.tgz');

/** Makes a project of the newest published version that its owner has edited; returns where. */
export function oldProject(directory) {
  run('tar', ['-xzf', PUBLISHED], directory);
  const entry = join(directory, 'package/bin/create-chat-backend.js');
  run('node', [entry, 'old-app', '--yes', '--no-install', '--preset', 'minimal'], directory);
  const project = join(directory, 'old-app');
  const limits = join(project, 'src/configs/limits.ts');
  const text = readFileSync(limits, 'utf8');
  const edited = text.replace('contentCharacters: 4_000', 'contentCharacters: 2_000');
  if (edited === text) throw new Error(`${limits} has nothing to edit any more`);
  writeFileSync(limits, edited);
  appendFileSync(join(project, 'docs/operations.md'), '\n## At Acme\n\nTwo nodes.\n');
  run('git', ['init', '--quiet'], project);
  run('git', ['add', '--all'], project);
  run('git', ['commit', '--quiet', '--message', 'Our edits'], project);
  return project;
}

/** Types the update of that project; returns what the screen shows. */
export async function update({ capture, until, type }) {
  type('npx create-chat-backend update --no-install --base ../package', 'Enter');
  await until(/Before you deploy[^]*\n\$\s*$/);
  return capture('-e', '-J').replace(/\$\s*$/, '');
}

/** The same with the first few of each kind, and all that merges what its owner edited. */
export function shortened(screen) {
  const left = { create: 3, replace: 3, delete: 2, notice: 4 };
  let isShown = true;
  const lines = screen.split('\n').filter((line) => {
    // eslint-disable-next-line no-control-regex -- colours
    const plain = line.replaceAll(/\u001B\[[\d;]*m/g, '');
    const kind = /^ {2}\d/.test(plain) ? 'notice' : plain.split(' ')[0];
    // The further lines of a notice go with its first.
    if (!plain.startsWith(' '.repeat(9)))
      isShown =
        kind in left
          ? left[kind]-- > 0
          : !/ (?:imports follow|its folder moved)$/.test(plain.trimEnd());
    return isShown;
  });
  const faint = '\u001B[2m⋮\u001B[0m';
  const count = lines.findIndex((line) => /\d+ files changed$/.test(line.trimEnd()));
  return [...lines.slice(0, count), faint, ...lines.slice(count), faint].join('\n');
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, env: { ...process.env, ...COMMITTER } });
}
