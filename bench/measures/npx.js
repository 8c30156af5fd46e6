import { readdirSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { plainEnvironment, run } from '../processes.js';
import { interleave } from '../statistics.js';
import { PROGRAMS } from './commands.js';

const ROUNDS = 5;

/** The first `npx` of somebody: both as a tarball and with an empty cache, so that no network counts. */
export const npx = {
  rows: ['G4'],
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const tarballs = {
      ours: await pack(join(dirname(PROGRAMS.ours), '..'), folder),
      peer: await pack(dirname(PROGRAMS.vite), folder),
    };
    let installed = 0;
    const measure = async (name, program) => {
      const home = await mkdtemp(join(folder, 'home-'));
      const begin = performance.now();
      await call(tarballs[name], program, home);
      const took = performance.now() - begin;
      if (name === 'ours') installed = countPackages(home);
      await rm(home, { recursive: true });
      return took;
    };
    const values = await interleave(ROUNDS, {
      ours: () => measure('ours', 'create-chat-backend'),
      peer: () => measure('peer', 'create-vite'),
    });
    const { size } = await stat(tarballs.ours);
    await rm(folder, { recursive: true });
    return {
      G4: values,
      'G4.packages': { ours: [installed], peer: [1] },
      'G4.size': { ours: [size / 1_024], peer: [512] },
    };
  },
};

async function pack(root, folder) {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder, root];
  const { output } = await run('npm', args, { cwd: folder });
  return join(folder, output.trim().split('\n').at(-1));
}

function call(tarball, program, home) {
  const env = { ...plainEnvironment(), npm_config_cache: join(home, 'cache'), HOME: home };
  const args = ['--yes', '--offline', '--package', tarball, '--', program, '--help'];
  return run('npx', args, { cwd: home, env });
}

/** What stands in the folder that npx has made for this one call. */
function countPackages(home) {
  const folders = readdirSync(join(home, 'cache/_npx'), { recursive: true });
  return folders.filter((path) => /^[^/]+\/node_modules\/(?:@[^/]+\/)?[^/@.]+$/.test(path)).length;
}
