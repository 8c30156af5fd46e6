import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { follow, lastOf, readStages, wordsOf } from '../support/dockerfile.ts';
import { canMount, mount } from '../support/mount.ts';
import { copyOf, generate, projectIn, type GeneratedProject } from '../support/project.ts';
import { startReplicaSet } from '../support/replica-set.ts';
import { scratch } from '../support/scratch.ts';
import { checkpoint, enter } from './chatter.ts';

let project: GeneratedProject;
let environment: Record<string, string>;

beforeAll(async () => {
  project = await generate([]);
  const secrets = parseEnv(readFileSync(join(project.directory, '.env'), 'utf8'));
  environment = { ...(secrets as Record<string, string>), NODE_ENV: 'production', PORT: '0' };
});

/** Someone whom no file allows anything more than to read, where this runs as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

it('its Dockerfile, followed step by step, makes a server that needs to write nothing', async () => {
  const { directory } = copyOf(project.directory);
  keepToOneself(directory);
  const image = await follow(directory);
  chmodSync(image, 0o755);
  const stage = readStages(readFileSync(join(project.directory, 'Dockerfile'), 'utf8')).at(-1)!;
  const [program = '', ...args] = wordsOf(lastOf(stage, 'CMD'));
  // `.data` is there for a volume; a server without attachments leaves it empty.
  expect(readdirSync(image).toSorted()).toEqual(['.data', 'dist', 'node_modules', 'package.json']);
  const compose = parse(readFileSync(join(project.directory, 'compose.yml'), 'utf8')) as {
    services: Record<string, { command: string[] }>;
  };
  const [, ...setup] = compose.services['db-setup']?.command ?? [];

  const mongod = await startReplicaSet(project.directory);
  onTestFinished(() => mongod.stop());
  const env = { ...environment, MONGODB_URI: mongod.uri };
  const inImage = { cwd: image, env, extendEnv: false, stdin: 'ignore', ...nobody } as const;
  await execa(process.execPath, setup, inImage);
  expect(program).toBe('node');
  const server = spawn(process.execPath, args, {
    ...inImage,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  let port = '';
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    port = /"port":(\d+)/.exec(String(chunk))?.[1] ?? '';
    if (port !== '') break;
  }
  server.stdout.resume();
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/demo`)).status).toBe(404);
  const [, ...check] = wordsOf(lastOf(stage, 'HEALTHCHECK'));
  const isAlive = async (at: string): Promise<boolean> =>
    !(await execa(process.execPath, check, { ...inImage, env: { PORT: at }, reject: false }))
      .failed;
  expect(await isAlive(port)).toBe(true);
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
  expect(await isAlive(port)).toBe(false);
});

it('its documented deployment serves what the sources serve, and the demo page when told to', async () => {
  await project.run('build');
  const deployed = scratch();
  for (const name of ['dist', 'package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(project.directory, name), join(deployed, name), { recursive: true });
  await execa('npm', ['ci', '--omit=dev'], { cwd: deployed, stdin: 'ignore' });
  const mongod = await startReplicaSet(project.directory);
  onTestFinished(() => mongod.stop());
  const env = { ...environment, MONGODB_URI: mongod.uri, DEMO_PAGE: 'true' };
  const installed = projectIn(deployed);
  await installed.run('db:setup', env);
  const server = await installed.start('start', /"port":(\d+)/, env);
  onTestFinished(() => server.stop());
  const url = `http://127.0.0.1:${server.match[1]}`;
  const statusOf = async (path: string): Promise<number> => (await fetch(url + path)).status;
  const assets = readdirSync(join(project.directory, 'demo')).map((name) =>
    name === 'index.html' ? '/demo' : `/demo/page/${name.replace(/\.ts$/, '.js')}`,
  );
  for (const path of [...assets, '/demo/library/socket.io.js', '/docs', '/openapi.json'])
    expect([path, await statusOf(path)]).toEqual([path, 200]);
  await server.stop();

  const page = join(deployed, 'dist/demo/index.html');
  rmSync(page);
  await expect(installed.start('start', /"port"/, env)).rejects.toThrow(
    /the demo page cannot be served: .*index\.html.*npm run build/,
  );
});

/** As a strict umask leaves the files of a checkout: for their owner only. */
function keepToOneself(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !entry.parentPath.includes('node_modules'))
      chmodSync(join(entry.parentPath, entry.name), 0o600);
}

describe.runIf(canMount())('a database whose disk is full', () => {
  it('F06 loses nothing that was acknowledged, and goes on once there is room', async () => {
    const disk = mount(scratch(), 'size=400m');
    onTestFinished(() => disk.unmount());
    let mongod = await startReplicaSet(project.directory, disk.place);
    const env = { ...environment, MONGODB_URI: mongod.uri, RATE_LIMIT_FACTOR: '1000' };
    await project.run('build');
    await project.run('db:setup', env);
    const server = await project.start('start', /"port":(\d+)/, env);
    onTestFinished(() => server.stop());
    const chat = await enter(`http://127.0.0.1:${server.match[1]}`, project.directory);
    onTestFinished(() => chat.leave());
    const stored = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      const id = randomUUID();
      expect(await chat.send(id)).toBe(201);
      stored.add(id);
    }

    const ballast = join(disk.place, 'ballast');
    fill(ballast);
    let refused = '';
    for (let count = 0; refused === ''; count += 1) {
      const id = randomUUID();
      const status = await chat.send(id);
      if (status === 201) stored.add(id);
      else {
        expect(status).toBe(503);
        refused = id;
      }
      // Once a minute the database writes its files by itself.
      if (count % 100 === 0) void checkpoint(mongod.uri, project.directory);
    }
    while ((await chat.statusOf('/readyz')) !== 503) await sleep(100);
    expect(await chat.statusOf('/livez')).toBe(200);
    expect(chat.isConnected()).toBe(true);

    await mongod.stop();
    rmSync(ballast);
    mongod = await startReplicaSet(project.directory, disk.place);
    onTestFinished(() => mongod.stop());
    while ((await chat.statusOf('/readyz')) !== 200) await sleep(100);
    expect([200, 201]).toContain(await chat.send(refused));
    stored.add(refused);
    const history = await chat.history();
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    const ids = history.map(({ id }) => id);
    expect(ids.toSorted()).toEqual([...stored].toSorted());
  });
});

/** Writes into a file until its disk is full. */
function fill(path: string): void {
  const block = Buffer.alloc(64 * 1024);
  for (;;)
    try {
      writeFileSync(path, block, { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
}
