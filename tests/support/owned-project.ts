import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { createProject } from '../../src/index.ts';
import type { CreateOptions } from '../../src/index.ts';
import type { ProjectRecord } from '../../src/options/record.ts';
import { RECORD_FILE } from '../../src/options/record.ts';
import { quickScratch, treeOf } from './scratch.ts';

/** A project that somebody has begun to work on. */
export class OwnedProject {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Changes a text, which has to be another one then. */
  edit(path: string, change: (text: string) => string): void {
    const before = this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`the edit of ${path} changes nothing`);
    this.write(path, after);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** Everything in it: path → kind, mode and content; without `.env`, whose secrets differ. */
  tree(): Record<string, string> {
    return treeOf(this.root, ['.env', '.git']);
  }

  record(): ProjectRecord {
    return JSON.parse(this.read(RECORD_FILE)) as ProjectRecord;
  }

  /** Runs git in it. */
  git(...args: readonly string[]): string {
    const author = ['user.name=Ada', 'user.email=ada@example.com'].flatMap((one) => ['-c', one]);
    return execaSync('git', [...author, ...args], { cwd: this.root }).stdout;
  }

  /** Makes a repository of it, with everything in its first commit. */
  commit(message = 'All'): void {
    this.git('init', '--quiet');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--no-verify', '--message', message);
  }
}

/** Makes a project called `app`, in memory where that can be. */
export async function ownedProject(
  options: Omit<CreateOptions, 'directory'> = {},
): Promise<OwnedProject> {
  const cwd = quickScratch();
  const given = { install: false, git: false, ...options, directory: 'app' };
  const { path } = await createProject(given, { workingDirectory: cwd });
  return new OwnedProject(path);
}
