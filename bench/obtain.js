import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './processes.js';

// The peers that neither this repository nor a generated project has. Each is had once a run at most,
// and where it cannot be, its error says why in one line.
const CENTRIFUGO = 'github.com/centrifugal/centrifugo/v6@latest';
const FEATHERS = {
  '@feathersjs/feathers': '^5',
  '@feathersjs/koa': '^5',
  '@feathersjs/mongodb': '^5',
  '@feathersjs/socketio': '^5',
  mongodb: '^6',
};

/** The program of Centrifugo, which is built once and stays in the user's cache. */
export async function obtainCentrifugo(say) {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'create-chat-backend-bench');
  const program = join(folder, 'centrifugo');
  if (!existsSync(program)) {
    say('building Centrifugo, once; this takes minutes');
    await mkdir(folder, { recursive: true });
    // A proxy may need the certificates that nothing measured gets.
    const env = { ...process.env, GOBIN: folder };
    await run('go', ['install', CENTRIFUGO], { cwd: folder, env }).catch(failWith('Centrifugo'));
  }
  // It does not know its own version, but Go has written it in.
  const { output } = await run('go', ['version', '-m', program]).catch(() => ({ output: '' }));
  say(`beside Centrifugo ${/^\tmod\t\S+\t(\S+)/m.exec(output)?.[1] ?? 'of the cache'}`);
  return program;
}

/** A folder with feathers-chat and the packages it needs; they go with the folder of the run. */
export async function obtainFeathers(parent, say) {
  const folder = join(parent, 'feathers');
  say('installing feathers');
  await mkdir(folder);
  const manifest = { private: true, type: 'module', dependencies: FEATHERS };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await copyFile(join(import.meta.dirname, 'peers/feathers.js'), join(folder, 'feathers.js'));
  const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', flags, { cwd: folder, env: process.env }).catch(failWith('feathers'));
  return folder;
}

const failWith = (name) => (error) => {
  const [line] = error.message.split('\n');
  throw new Error(`${name} cannot be had: ${line}`, { cause: error });
};
