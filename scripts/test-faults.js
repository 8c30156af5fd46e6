#!/usr/bin/env node
// npm run test:faults -- [--profile smoke|full] [--only F01,F09] [--seed N] [-- options of vitest]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'string', default: 'smoke' },
    only: { type: 'string' },
    seed: { type: 'string' },
  },
});
if (!['smoke', 'full'].includes(values.profile)) {
  console.error(`--profile is smoke or full, not ${values.profile}`);
  process.exit(2);
}

// Those of the smoke profile take seconds each; every one of the others has a short run, too, by name.
const SMOKE = 'F01,F09,F25,F30,S40';
const only = values.only ?? (values.profile === 'smoke' ? SMOKE : undefined);
const names = only?.split(',').map((name) => name.trim());
const env = { ...process.env, FAULTS_PROFILE: values.profile };
if (values.seed !== undefined) env.FAULTS_SEED = values.seed;
const chosen = names === undefined ? [] : ['-t', `\\b(${names.join('|')})\\b`];
// What takes too long for every change is in the full profile, also what is no fault.
const projects = values.profile === 'full' && names === undefined ? ['faults', 'api'] : ['faults'];
const named = projects.flatMap((project) => ['--project', project]);
const args = ['vitest', 'run', ...named, ...chosen, ...positionals];
const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
process.exitCode = status ?? 1;
