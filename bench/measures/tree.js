import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ADAPTER = join(import.meta.dirname, '../../templates/redis/files/package.json');

/** What a production installation brings along; the adapter doubles some packages that others share. */
export const tree = {
  rows: ['G6'],
  async run({ project }) {
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
    const { dependencies } = JSON.parse(readFileSync(ADAPTER, 'utf8'));
    const installed = (path) => path in packages && existsSync(join(project, path));
    const found = new Set();
    const add = (from, names) => {
      for (const name of names) {
        const path = placeOf(name, from, installed);
        if (path === undefined || found.has(path)) continue;
        found.add(path);
        add(path, namesOf(packages[path]));
      }
    };
    add(
      '',
      Object.keys(packages[''].dependencies).filter((name) => !(name in dependencies)),
    );
    const scripts = [...found].filter((path) => packages[path].hasInstallScript);
    return {
      G6: { ours: [found.size], peer: [130] },
      'G6.scripts': { ours: [scripts.length], peer: [0] },
    };
  },
};

const namesOf = ({ dependencies, optionalDependencies }) =>
  Object.keys({ ...dependencies, ...optionalDependencies });

/** Where Node finds a package: beside those of the one that asks, else further out. */
function placeOf(name, from, installed) {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (installed(path)) return path;
    if (folder === '') return undefined;
    if (!folder.includes('/node_modules/')) folder = '/node_modules/';
  }
}
