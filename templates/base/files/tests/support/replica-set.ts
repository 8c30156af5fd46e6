import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { freePort } from '../../tools/free-port.ts';
import { until } from './app.ts';
import { onTestFinished } from './finish.ts';
import { freeze } from './freeze.ts';
import { spawnMember } from './own-mongod.ts';

/** A real replica set of a test's own, whose members can be stopped in their tracks. */
export interface ReplicaSet {
  readonly uri: string;
  /** The member answers nothing any more, and keeps its connections. */
  freeze(member: number): Promise<void>;
  thaw(member: number): void;
}

/** Starts members, the first of them the primary; all of it ends with the test. */
export async function startReplicaSet(size: number): Promise<ReplicaSet> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-backend-set-'));
  const ports: number[] = [];
  const members: ChildProcess[] = [];
  onTestFinished(async () => {
    await Promise.all(members.map(end));
    await rm(folder, { recursive: true });
  });
  for (let member = 0; member < size; member += 1) {
    const port = await freePort();
    const data = join(folder, String(member));
    await mkdir(data);
    ports.push(port);
    members.push(await spawnMember(data, port));
  }
  await initiate(ports);
  return {
    uri: `mongodb://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/test?replicaSet=test`,
    async freeze(member) {
      await freeze(members[member]!);
      // Before the backend of a failed test is stopped, which would wait for it.
      onTestFinished(() => void members[member]?.kill('SIGCONT'));
    },
    thaw: (member) => void members[member]?.kill('SIGCONT'),
  };
}

interface SetStatus {
  readonly members: readonly { readonly stateStr: string }[];
}

async function initiate(ports: readonly number[]): Promise<void> {
  const client = new mongo.MongoClient(`mongodb://127.0.0.1:${ports[0]}/?directConnection=true`);
  try {
    await client.connect();
    const admin = client.db('admin');
    const members = ports.map((port, member) => ({
      _id: member,
      host: `127.0.0.1:${port}`,
      priority: member === 0 ? 1 : 0,
    }));
    // A frozen member must not end the primary's term while a test looks at it.
    const settings = { electionTimeoutMillis: 30_000 };
    const config = { _id: 'test', settings, members: members.slice(0, 1) };
    await admin.command({ replSetInitiate: config });
    await until(async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true);
    // The first one alone is primary at once; the others join it one by one.
    for (let size = 2; size <= members.length; size += 1) {
      const { config: now } = await admin.command({ replSetGetConfig: 1 });
      await admin.command({
        replSetReconfig: { ...now, version: now.version + 1, members: members.slice(0, size) },
      });
      await until(async () => {
        const status = (await admin.command({ replSetGetStatus: 1 })) as SetStatus;
        return status.members[size - 1]?.stateStr === 'SECONDARY';
      });
    }
  } finally {
    await client.close();
  }
}

async function end(member: ChildProcess): Promise<void> {
  if (member.exitCode !== null || member.signalCode !== null) return;
  member.kill('SIGKILL');
  await once(member, 'exit');
}
