import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file as a browser gets it. */
interface Asset {
  readonly type: 'css' | 'js' | 'svg';
  readonly body: Buffer | string;
}

/** The files of the page. */
interface Assets {
  /** The path of the HTML page. */
  readonly page: string;
  /** A file of a folder of the page, undefined when there is none. */
  read(folder: string, file: string): Promise<Asset | undefined>;
}

const fileName = /^[a-z-]+\.(css|svg|js|ts)$/;

/**
 * Finds the page's files. Scripts are those that `npm run build` compiled; while the backend itself
 * runs from its TypeScript sources, they are translated on the way out.
 */
export function createAssets(): Assets {
  const root = projectRoot(dirname(fileURLToPath(import.meta.url)));
  const runsFromSource = import.meta.url.endsWith('.ts');
  const library = join(
    dirname(createRequire(import.meta.url).resolve('socket.io/package.json')),
    'client-dist/socket.io.min.js',
  );
  const folders = new Map([
    ['page', 'demo'],
    ['client', 'client'],
  ]);

  async function script(folder: string, file: string): Promise<Asset | undefined> {
    const name = file.replace(/\.[jt]s$/, '');
    if (!runsFromSource)
      return readAsset('js', join(root, 'dist', folder, `${name}.js`), (text) => text);
    const { transform } = await import('esbuild');
    return readAsset('js', join(root, folder, `${name}.ts`), async (text) => {
      const { code } = await transform(text, { loader: 'ts', target: 'es2022' });
      return code;
    });
  }

  return {
    page: join(root, 'demo/index.html'),
    async read(folder, file) {
      if (folder === 'library' && file === 'socket.io.js')
        return { type: 'js', body: await readFile(library) };
      const place = folders.get(folder);
      const kind = fileName.exec(file)?.[1];
      if (place === undefined || kind === undefined) return undefined;
      if (kind === 'css' || kind === 'svg')
        return readAsset(kind, join(root, place, file), (text) => text);
      return script(place, file);
    },
  };
}

async function readAsset(
  type: Asset['type'],
  path: string,
  change: (text: string) => string | Promise<string>,
): Promise<Asset | undefined> {
  try {
    return { type, body: await change(await readFile(path, 'utf8')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The folder of package.json: this file's own place differs between source and build. */
function projectRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : projectRoot(dirname(folder));
}
