import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import { resetPortsCache } from 'mongodb-memory-server-core/lib/util/getport/index.js';
import { cacheFolder, findMongod, type MongodBinary } from './find-mongod.ts';
import { freePort, isTaken } from './free-port.ts';

/** A private MongoDB replica set of one member, for development and tests only. */
export interface Mongod {
  readonly uri: string;
  readonly binary: MongodBinary;
  stop(): Promise<void>;
}

/**
 * Starts a replica set of one on a real mongod. With `data` it keeps its data in that folder between
 * runs; without, it takes a temporary folder and removes it at the end.
 *
 * @throws NoMongodError when there is no mongod, Error when it does not start.
 */
export async function startMongod(options: {
  readonly data?: string;
  readonly say: (line: string) => void;
}): Promise<Mongod> {
  const { env } = process;
  const binary = await findMongod({ env, cache: cacheFolder(env), say: options.say });
  options.say(`Using MongoDB ${binary.version} from ${binary.from}: ${binary.path}`);
  const isKept = options.data !== undefined;
  const folder = options.data ?? (await mkdtemp(join(tmpdir(), 'chat-backend-mongod-')));
  const dbPath = join(folder, 'mongodb');
  await mkdir(dbPath, { recursive: true });
  const remove = (): Promise<void> =>
    isKept ? Promise.resolve() : rm(folder, { recursive: true });
  // The library holds a port that it used a moment ago for taken, and would move a set that is kept.
  if (isKept) resetPortsCache();
  try {
    const set = await MongoMemoryReplSet.create({
      // Its version is said, so that the library does not compare it with the one it would fetch.
      binary: { systemBinary: binary.path, version: binary.version, checkMD5: false },
      instanceOpts: [{ dbPath, port: isKept ? await keptPort(folder) : await freePort() }],
      // The engine is said, because for older versions the library would take one without
      // transactions.
      replSet: {
        name: 'development',
        count: 1,
        ip: '127.0.0.1',
        storageEngine: 'wiredTiger',
        // Ctrl-C reaches the terminal's processes: the database must outlive the server that uses it.
        spawn: { detached: true },
      },
    });
    return {
      uri: set.getUri('chat'),
      binary,
      async stop() {
        await set.stop({ doCleanup: false });
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw new Error(`MongoDB does not start: ${(error as Error).message}`, { cause: error });
  }
}

/** The configuration of a replica set holds its port: data that is kept keeps the port too. */
async function keptPort(folder: string): Promise<number> {
  const file = join(folder, 'port');
  const known = Number(await readFile(file, 'utf8').catch(() => ''));
  if (known > 0) {
    if (await isTaken(known))
      throw new Error(
        `port ${known}, where this project keeps its database, is taken: does npm run dev run already?`,
      );
    return known;
  }
  const port = await freePort();
  await writeFile(file, String(port));
  return port;
}
