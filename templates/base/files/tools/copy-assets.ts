import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

// The end of `npm run build`: what is served and not compiled goes into `dist` as well, so that a
// deployment needs nothing else. It is written afresh: a copy would keep the mode of a private
// file.
const root = join(import.meta.dirname, '../..');

for (const folder of ['src', 'client', 'demo'])
  for (const file of await assetsOf(join(root, folder))) {
    const target = join(root, 'dist', relative(root, file));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, await readFile(file));
  }

async function assetsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /^[^.].*\.(?!tsx?$|md$)\w+$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
