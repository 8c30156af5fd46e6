import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../processes.js';

const ADAPTER = join(import.meta.dirname, '../../templates/redis/files/package.json');

/** What a production installation of the standard project brings along, which has no adapter. */
export const tree = {
  rows: ['G6'],
  async run({ project }) {
    const packages = await packagesOf(project);
    const installed = Object.entries(packages).filter(
      ([path, { dev }]) => path !== '' && !dev && existsSync(join(project, path)),
    );
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    return {
      G6: { ours: [installed.length], peer: [130] },
      'G6.scripts': { ours: [scripts.length], peer: [0] },
    };
  },
};

/** The lock-file of the project as it would be without the adapter. */
async function packagesOf(project) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tree-'));
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(project, name), join(folder, name));
  const { dependencies } = JSON.parse(await readFile(ADAPTER, 'utf8'));
  const names = Object.keys(dependencies);
  const flags = ['--package-lock-only', '--offline', '--ignore-scripts', '--no-audit'];
  await run('npm', ['uninstall', ...flags, ...names], { cwd: folder, env: process.env });
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  await rm(folder, { recursive: true });
  return lock.packages;
}
