import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestProject } from 'vitest/node';
import { generate } from './project.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a project made with `--yes` is, installed once for all files of tests. */
    standardProject: string;
  }
}

/** Generates and installs the project, which is most of the time that its tests take. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const { directory } = await generate([]);
  provide('standardProject', directory);
  return () => rmSync(dirname(directory), { recursive: true, force: true });
}
