import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GENERATOR } from '../backend.js';
import { run } from '../processes.js';

/** What a production installation of the standard project brings along. */
export const tree = {
  rows: ['G6'],
  async run({ folder }) {
    const project = join(folder, 'tree');
    // The one that the other rows measure has an adapter besides.
    const flags = ['--preset', 'standard', '--yes', '--no-git', '--no-install', '--quiet'];
    await run(process.execPath, [GENERATOR, project, ...flags], { cwd: folder });
    // A registry may need the certificates that nothing measured gets.
    const resolve = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit'];
    await run('npm', resolve, { cwd: project, env: process.env });
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    const installed = Object.entries(lock.packages).filter(
      ([path, { dev, ...entry }]) => path !== '' && !dev && isForThisMachine(entry),
    );
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    return {
      G6: { ours: [installed.length], peer: [130] },
      'G6.scripts': { ours: [scripts.length], peer: [0] },
    };
  },
};

/** Binaries of other systems are in a lock file and in no installation. */
function isForThisMachine({ os = [process.platform], cpu = [process.arch], libc = ['glibc'] }) {
  return os.includes(process.platform) && cpu.includes(process.arch) && libc.includes('glibc');
}
