import { access, constants, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, StartError } from '../../platform/errors/start-error.ts';

/** A file as a browser gets it. */
interface Asset {
  readonly type: 'css' | 'js' | 'svg';
  readonly body: Buffer | string;
}

const fileName = /^[a-z-]+\.(css|svg|js|ts)$/;

const folders = new Map([
  ['page', 'demo'],
  ['client', 'client'],
]);

/**
 * The page's files, beside the `src` that runs: those that `npm run build` compiled and copied, or the
 * sources, whose scripts are translated on the way out.
 */
export class Assets {
  readonly #root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
  readonly #runsFromSource = import.meta.url.endsWith('.ts');
  readonly #library = join(
    dirname(createRequire(import.meta.url).resolve('socket.io/package.json')),
    'client-dist/socket.io.min.js',
  );
  /** The path of the HTML page. */
  readonly page = join(this.#root, 'demo/index.html');

  /** A file of a folder of the page, undefined when there is none. */
  async read(folder: string, file: string): Promise<Asset | undefined> {
    if (folder === 'library' && file === 'socket.io.js')
      return { type: 'js', body: await readFile(this.#library) };
    const place = folders.get(folder);
    const kind = fileName.exec(file)?.[1];
    if (place === undefined || kind === undefined) return undefined;
    if (kind === 'css' || kind === 'svg')
      return readAsset(kind, join(this.#root, place, file), (text) => text);
    return this.#script(place, file.replace(/\.[jt]s$/, ''));
  }

  /** @throws StartError that names what is missing or not readable. */
  async assertReadable(): Promise<void> {
    const page = join(this.#root, 'demo');
    const names = await readdir(page).catch(() => []);
    // The one that matters most stands first, also where there is none.
    for (const path of ['index.html', ...names].map((name) => join(page, name)))
      await access(path, constants.R_OK).catch((error: unknown) => {
        const reason = `the demo page cannot be served: ${path} is missing or not readable for this user: npm run build writes it, DEMO_PAGE=false does without`;
        throw new StartError(exitCodes.configuration, reason, error);
      });
  }

  async #script(folder: string, name: string): Promise<Asset | undefined> {
    const path = join(this.#root, folder, name);
    if (!this.#runsFromSource) return readAsset('js', `${path}.js`, (text) => text);
    const { transform } = await import('esbuild');
    return readAsset('js', `${path}.ts`, async (text) => {
      const { code } = await transform(text, { loader: 'ts', target: 'es2022' });
      return code;
    });
  }
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
