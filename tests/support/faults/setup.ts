import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { generate, projectIn, type GeneratedProject } from '../project.ts';
import { addSuite } from '../suites.ts';
import { scratch } from '../scratch.ts';
import { isFull, seed } from './profile.ts';
import { tableOf } from './report.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A built project with everything, and the programs that load it. */
    faultsProject: string;
    /** The file of the rows that are printed at the end. */
    faultsReport: string;
    /** Of the whole run. */
    faultsSeed: number;
  }
}

/** Generates, installs and builds one project for all faults; prints what came of them at the end. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  // A project that is built already, while tests are written.
  const given = process.env['FAULTS_PROJECT'];
  const project = given === undefined ? await generateAll() : projectIn(given);
  for (const suite of ['machines', 'load']) addSuite(project, suite);
  if (given === undefined) await build(project);
  const file = join(scratch(), 'rows');
  writeFileSync(file, '');
  provide('faultsProject', project.directory);
  provide('faultsReport', file);
  provide('faultsSeed', seed);
  print(`Faults, profile ${isFull ? 'full' : 'smoke'}, seed ${seed}`);
  return () => {
    print(`${tableOf(file)}\nThe same choices again: --seed ${seed}`);
    if (given === undefined) rmSync(dirname(project.directory), { recursive: true, force: true });
  };
}

const generateAll = (): Promise<GeneratedProject> =>
  generate(['--adapter', 'redis', '--preset', 'full', '--no-git']);

async function build(project: GeneratedProject): Promise<void> {
  await project.run('check:types');
  await project.run('build');
}

const print = (text: string): void => void process.stdout.write(`\n${text}\n`);
