import { join } from 'node:path';
import { execa } from 'execa';
import { OwnedProject } from './owned-project.ts';
import { quickScratch } from './scratch.ts';
import { unpacked } from './tarball.ts';

/** 0.1.0 as npm packed it. */
export const OLD_TARBALL = join(import.meta.dirname, '../fixtures/create-chat-backend-0.1.0.tgz');

/** The program of 0.1.0, unpacked. @returns its directory. */
export function oldProgram(): string {
  return unpacked(OLD_TARBALL);
}

/** Makes a project called `app` with it. */
export async function oldProject(
  program: string,
  flags: readonly string[] = [],
): Promise<OwnedProject> {
  const cwd = quickScratch();
  const entry = join(program, 'bin/create-chat-backend.js');
  const quick = ['--yes', '--no-install', '--no-git'];
  await execa(process.execPath, [entry, 'app', ...quick, ...flags], { cwd, stdin: 'ignore' });
  return new OwnedProject(join(cwd, 'app'));
}
