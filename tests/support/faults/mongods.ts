import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { freePort } from '../../suites/machines/ports.ts';
import { startProxy, type Proxy } from '../../suites/machines/proxy.ts';
import { scratch } from '../scratch.ts';
import { connectBy, type Client } from './driver.ts';

/** A real replica set, member by member. */
export interface Mongods {
  readonly uri: string;
  /** Before each member, when that was wanted. */
  readonly proxies: readonly Proxy[];
  /** Where a member keeps its files. */
  folder(member: number): string;
  /** Ends a member at once, or gives it a signal. */
  signal(member: number, signal: NodeJS.Signals): Promise<void>;
  start(member: number): void;
  /** A connection to one member, or to the set. */
  connect(member?: number): Client;
  /** The member that takes writes, as soon as there is one. */
  primary(): Promise<number>;
}

/** What a set is to be. */
interface Wanted {
  readonly size: number;
  readonly behindProxies?: boolean;
}

/** Starts a set with the mongod that the project finds; all of it ends with the test. */
export async function startMongods(project: string, wanted: Wanted): Promise<Mongods> {
  const binary = await binaryOf(project);
  const root = scratch();
  const folder = (member: number): string => join(root, String(member));
  const ports: number[] = [];
  const proxies: Proxy[] = [];
  const members: ChildProcess[] = [];
  const clients: Client[] = [];
  for (let member = 0; member < wanted.size; member += 1) {
    ports.push(await freePort());
    mkdirSync(folder(member));
    if (wanted.behindProxies) proxies.push(await startProxy([`http://127.0.0.1:${ports[member]}`]));
  }
  // The configuration names these: whoever talks to a member, also another member, passes its proxy.
  const hosts = ports.map((port, member) => `127.0.0.1:${proxies[member]?.port ?? port}`);
  const uri = `mongodb://${hosts.join(',')}/chat?replicaSet=faults`;

  function start(member: number): void {
    const options = {
      dbpath: folder(member),
      port: String(ports[member]),
      replSet: 'faults',
      bind_ip: '127.0.0.1',
      oplogSize: '64',
      wiredTigerCacheSizeGB: '0.25',
      logpath: join(folder(member), 'log'),
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    members[member] = spawn(binary, [...args, '--logappend', '--nounixsocket'], {
      stdio: 'ignore',
    });
  }

  function connect(member?: number): Client {
    const direct = `mongodb://127.0.0.1:${ports[member ?? 0]}/chat?directConnection=true&serverSelectionTimeoutMS=2000`;
    const client = connectBy(project, member === undefined ? uri : direct);
    clients.push(client);
    return client;
  }

  async function primary(): Promise<number> {
    for (;;) {
      for (let member = 0; member < wanted.size; member += 1) {
        if (hasEnded(members[member])) continue;
        const client = connect(member);
        const hello = await client
          .db('admin')
          .command({ hello: 1 })
          .catch(() => null);
        await client.close();
        if (hello?.['isWritablePrimary'] === true) return member;
      }
      await sleep(100);
    }
  }

  async function signal(member: number, name: NodeJS.Signals): Promise<void> {
    const child = members[member];
    if (child === undefined || hasEnded(child)) return;
    child.kill(name);
    if (name === 'SIGKILL') await once(child, 'exit');
  }

  ports.forEach((_port, member) => start(member));
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(members.map((_child, member) => signal(member, 'SIGKILL')));
  });
  await initiate(() => connect(0), hosts);
  await primary();
  return { uri, proxies, folder, signal, start, connect, primary };
}

async function initiate(connect: () => Client, hosts: readonly string[]): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }));
  for (;;) {
    // A connection that was not made in time is closed for good.
    const client = connect();
    try {
      await client.db('admin').command({ replSetInitiate: { _id: 'faults', members } });
      return;
    } catch (error) {
      // The members need a moment until they listen.
      if (!/not running|initiate check|ECONNREFUSED|timed out/i.test(String(error))) throw error;
      await sleep(200);
    } finally {
      await client.close();
    }
  }
}

const hasEnded = (child: ChildProcess | undefined): boolean =>
  child === undefined || child.exitCode !== null || child.signalCode !== null;

/** The mongod that a project finds. */
export async function binaryOf(project: string): Promise<string> {
  const code = `
    import { cacheFolder, findMongod } from './tools/find-mongod.ts';
    const { env } = process;
    const found = await findMongod({ env, cache: cacheFolder(env), say: () => {} });
    process.stdout.write(found.path);
  `;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', code];
  return (await execa('node', options, { cwd: project })).stdout;
}
