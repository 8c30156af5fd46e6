import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';
import { diagnoseProject } from '../../src/index.ts';
import type { Finding } from '../../src/index.ts';
import { freePort } from '../suites/machines/ports.ts';
import { connectBy } from '../support/faults/driver.ts';
import { binaryOf } from '../support/faults/mongods.ts';
import { copyOf } from '../support/project.ts';
import { scratch } from '../support/scratch.ts';

/** What doctor says of databases, where `.env` has this one. */
async function foundWith(directory: string, uri: string): Promise<readonly Finding[]> {
  const path = join(directory, '.env');
  const env = readFileSync(path, 'utf8').replace(/^MONGODB_URI=.*/m, `MONGODB_URI=${uri}`);
  writeFileSync(path, env);
  const { findings } = await diagnoseProject({ directory });
  expect(JSON.stringify(findings)).not.toMatch(/127\.0\.0\.1|pass-7c1/);
  return findings.filter(({ id }) => id.startsWith('mongodb-'));
}

/** Starts a mongod that ends with the test. @returns what ends it. */
async function startMongod(
  binary: string,
  port: number,
  more: string[] = [],
): Promise<() => Promise<void>> {
  const where = ['--dbpath', scratch(), '--port', String(port), '--bind_ip', '127.0.0.1'];
  const child = spawn(binary, [...where, '--nounixsocket', ...more], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(stop);
  return stop;
}

it('L50 mongodb-unreachable, mongodb-no-replica-set', async () => {
  const { directory } = copyOf(inject('standardProject'));
  const binary = await binaryOf(directory);
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const alone = [expect.objectContaining({ id: 'mongodb-no-replica-set', level: 'error' })];
  const unreachable = (problem: string): object[] => [
    expect.objectContaining({
      id: 'mongodb-unreachable',
      level: 'error',
      message: expect.stringContaining(`cannot be used: ${problem};`) as string,
      mend: null,
    }),
  ];

  expect(await foundWith(directory, '')).toEqual([]);
  const plain = `mongodb://${address}/chat`;
  expect(await foundWith(directory, plain)).toEqual(unreachable('ECONNREFUSED'));
  expect(await foundWith(directory, address)).toEqual(unreachable('MongoParseError'));

  const stop = await startMongod(binary, port);
  await untilListening(directory, address);
  expect(await foundWith(directory, plain)).toEqual(alone);
  expect(await foundWith(directory, `${plain}?replicaSet=rs0`)).toEqual(alone);
  const refused = `mongodb://ada:pass-7c1@${address}/chat`;
  expect(await foundWith(directory, refused)).toEqual(unreachable('AuthenticationFailed'));
  await stop();

  await startMongod(binary, port, ['--replSet', 'rs0']);
  const client = await untilListening(directory, address);
  const [found] = await foundWith(directory, `${plain}?replicaSet=rs0`);
  expect(found).toMatchObject({ id: 'mongodb-no-replica-set' });
  // What its word for the shell of MongoDB calls.
  expect(found?.mend).toBe('mongosh --eval "rs.initiate()"');
  const members = [{ _id: 0, host: address }];
  await client.db('admin').command({ replSetInitiate: { _id: 'rs0', members } });
  while (!(await client.db('admin').command({ hello: 1 }))['isWritablePrimary']) await sleep(50);
  expect(await foundWith(directory, `${plain}?replicaSet=rs0`)).toEqual([]);
});

async function untilListening(
  directory: string,
  address: string,
): Promise<ReturnType<typeof connectBy>> {
  const client = connectBy(directory, `mongodb://${address}/?directConnection=true`);
  onTestFinished(() => client.close());
  await client.db('admin').command({ hello: 1 });
  return client;
}
