#!/usr/bin/env node
// npm run test:faults -- [--profile smoke|full] [--only F01,F09] [--seed N]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
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

const names = values.only?.split(',').map((name) => name.trim());
const env = { ...process.env, FAULTS_PROFILE: values.profile };
if (values.seed !== undefined) env.FAULTS_SEED = values.seed;
const chosen = names === undefined ? [] : ['-t', `\\b(${names.join('|')})\\b`];
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'faults', ...chosen], {
  stdio: 'inherit',
  env,
});
process.exitCode = status ?? 1;
