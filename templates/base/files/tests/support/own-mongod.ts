import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { cacheFolder, findMongod } from '../../tools/find-mongod.ts';
import { until } from './app.ts';
import { onTestFinished } from './finish.ts';

/** A folder that goes with the test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-backend-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a member of the replica set `test`; whoever does ends it. */
export async function spawnMember(
  dbpath: string,
  port: number,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const { env } = process;
  const { path } = await findMongod({ env, cache: cacheFolder(env), say: () => {} });
  const options = {
    dbpath,
    port: String(port),
    replSet: 'test',
    bind_ip: '127.0.0.1',
    oplogSize: '64',
    wiredTigerCacheSizeGB: '0.25',
  };
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  // Killed, it would leave its socket in the folder of all temporary files; Windows has none.
  const system = process.platform === 'win32' ? [] : ['--nounixsocket'];
  return spawn(path, [...named, ...system, ...args], { stdio: 'ignore' });
}

/** A mongod of a test's own, on files that the test may copy. */
export interface OwnMongod {
  readonly uri: string;
  stop(): Promise<void>;
  /** Ends it at once; its files can be served again. */
  kill(): Promise<void>;
}

/** Starts a replica set of one on a folder; what is in the folder is served. */
export async function startOwnMongod(
  dbpath: string,
  port: number,
  args: readonly string[] = [],
): Promise<OwnMongod> {
  const child = await spawnMember(dbpath, port, args);
  const exit = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(kill);
  // One that was killed reads its journal first, which takes its time on a busy machine.
  const serverSelectionTimeoutMS = 120_000;
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS });
  const hello = () => client.db('admin').command({ hello: 1 });
  if ((await hello())['setName'] === undefined) {
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    await client.db('admin').command({ replSetInitiate: { _id: 'test', members } });
  }
  await until(async () => (await hello())['isWritablePrimary'] === true);
  await client.close();
  return {
    uri: `mongodb://127.0.0.1:${port}/chat?replicaSet=test`,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
    kill,
  };
}
