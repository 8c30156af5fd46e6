import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoBinary } from 'mongodb-memory-server-core';
import type { Places } from './mongod-places.ts';

const host = 'https://fastdl.mongodb.org';
const reachMs = 3_000;

const folderIn = (cache: string): string => join(cache, 'download');

/** Downloads a mongod. @throws Error with one line of why not */
export async function downloadMongod({ cache, env, say }: Places): Promise<string> {
  const folder = folderIn(cache);
  // A closed network often answers nothing at all: the download itself would wait for minutes.
  const hasProxy = env['HTTPS_PROXY'] !== undefined || env['https_proxy'] !== undefined;
  if (!hasProxy) await assertReachable();
  say('Downloading MongoDB for development, once; this takes a minute or two.');
  await mkdir(folder, { recursive: true });
  return MongoBinary.getPath({ downloadDir: folder });
}

/** The mongod that was downloaded before. */
export async function downloadedBefore({ cache }: Places): Promise<string | undefined> {
  const folder = folderIn(cache);
  const names = await readdir(folder).catch(() => []);
  const name = names
    .filter((file) => /^mongod-[^.]+[\d.]+$/.test(file))
    .toSorted()
    .at(-1);
  return name === undefined ? undefined : join(folder, name);
}

async function assertReachable(): Promise<void> {
  try {
    await fetch(host, { method: 'HEAD', signal: AbortSignal.timeout(reachMs) });
  } catch {
    throw new Error(`the download site ${host} cannot be reached`);
  }
}
