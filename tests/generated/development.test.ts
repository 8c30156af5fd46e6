import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { generate, projectIn, type GeneratedProject } from '../support/project.ts';
import { startReplicaSet } from '../support/replica-set.ts';
import { scratch } from '../support/scratch.ts';

let project: GeneratedProject;
const ready = /Ready: (http:\/\/\S+)\/demo/;

beforeAll(async () => {
  const { directory } = await generate(['--features', 'demo,metrics', '--no-git']);
  // What a URL would read as the start of a fragment, or as a part of a character.
  const place = join(scratch(), 'P #1', '100% ok');
  mkdirSync(dirname(place), { recursive: true });
  renameSync(directory, place);
  project = projectIn(place);
});

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Writes a file as new, as an editor does. */
function touch(path: string): void {
  appendFileSync(path, '');
  utimesSync(path, new Date(), new Date());
}

describe('npm run dev', () => {
  it('says the address of the backend, not that of its metrics, and ends when only npm is told to', async () => {
    const dev = await project.start('dev', ready, { PORT: '0', METRICS_PORT: '0' });
    const url = dev.match[1]!;
    expect(dev.output()).toContain('metrics are served');
    expect(await isReady(url)).toBe(true);
    await dev.stopNpm('SIGTERM');
    expect(await isReady(url)).toBe(false);
    expect(dev.output()).toContain('stopped');
    // The database as well: it keeps its port, and a second run would find it taken.
    const again = await project.start('dev', ready, { PORT: '0' });
    await again.stop();
  });

  it('starts again for a source, and not for what editors write beside it', async () => {
    const dev = await project.start('dev', ready, { PORT: '0' });
    onTestFinished(() => dev.stop());
    const source = join(project.directory, 'src/platform/http');
    const from = dev.output().length;
    for (const name of [
      '4913',
      'api.ts~',
      '.api.ts.swp',
      '.#api.ts',
      '#api.ts#',
      'api.ts___jb_tmp___',
    ])
      writeFileSync(join(source, name), 'half a file');
    touch(join(source, 'api.ts'));
    await dev.says(/Ready/, from);
    writeFileSync(join(source, 'new.ts'), 'export {};\n');
    const second = dev.output().length;
    await dev.says(/Ready/, second);
    const files = [...dev.output().matchAll(/^(\S+) has changed/gm)].map(([, file]) => file);
    expect(files).toEqual(['src/platform/http/api.ts', 'src/platform/http/new.ts']);
  });

  it('reads .env again: what is corrected helps', async () => {
    const file = join(project.directory, '.env');
    const right = readFileSync(file, 'utf8').replace(/^PORT=.*$/m, 'PORT=0');
    writeFileSync(file, right);
    const dev = await project.start('dev', ready);
    onTestFinished(() => dev.stop());
    let from = dev.output().length;
    writeFileSync(file, `${right}LOG_LEVEL=loud\n`);
    await dev.says(/^LOG_LEVEL is one of[^]*The server ended \(78\)/m, from);
    from = dev.output().length;
    writeFileSync(file, right);
    await dev.says(/Ready/, from);
    expect(dev.output().slice(from)).toContain('.env has changed, starting again.');
  });

  it.runIf(canLimitWatchers())(
    'says that the system has no watcher left, and sees changes all the same',
    async () => {
      const copy = join(scratch(), 'my-app');
      cpSync(project.directory, copy, { recursive: true });
      const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      };
      // A namespace of its own has a limit of its own.
      const limit = 'echo 3 > /proc/sys/user/max_inotify_watches && exec npm run --silent dev';
      manifest.scripts['limited'] = `unshare --user --map-root-user sh -c '${limit}'`;
      writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest));
      const dev = await projectIn(copy).start('limited', ready, { PORT: '0' });
      onTestFinished(() => dev.stop());
      await dev.says(/does not watch files here \(ENOSPC\).*every second.*max_user_watches/);
      const from = dev.output().length;
      touch(join(copy, 'src/app.ts'));
      await dev.says(/Ready/, from);
      expect(dev.output().slice(from)).toContain('src/app.ts has changed, starting again.');
    },
  );
});

it('npm start ends when only npm is told to, in order', async () => {
  const mongod = await startReplicaSet(project.directory);
  onTestFinished(() => mongod.stop());
  const env = { MONGODB_URI: mongod.uri, NODE_ENV: 'development', PORT: '0' };
  await project.run('build');
  const server = await project.start('start', /"msg":"listening"/, env);
  await server.stopNpm('SIGTERM');
  expect(server.output()).toMatch(/"msg":"stopping"[^]*"msg":"stopped"/);
});

it('npm run load measures, in whatever folder', async () => {
  const output = await project.run('load', { METRICS_PORT: '0' }, [
    '--users',
    '4',
    '--room',
    '2',
    '--seconds',
    '1',
  ]);
  expect(output).toContain('in order, without a hole');
});

/** Whether this machine gives namespaces whose limits can be set. */
function canLimitWatchers(): boolean {
  const set = 'echo 3 > /proc/sys/user/max_inotify_watches';
  try {
    execFileSync('unshare', ['--user', '--map-root-user', 'sh', '-c', set], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
