import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a production installation brings along; the adapter is among it, and doubles what others share. */
export const tree = {
  rows: ['G6'],
  async run({ project }) {
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
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
