import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedProject } from './project.ts';

const SUITES = join(import.meta.dirname, '../suites');

/** Puts tests of ours beside the project's own, whose support they use. */
export function addSuite(project: GeneratedProject, name: string): void {
  cpSync(join(SUITES, name), join(project.directory, 'tests', name), { recursive: true });
}
