import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { waitLonger } from './attachment-limits.ts';
import { onTestFinished } from './finish.ts';
import { freeze } from './freeze.ts';

const { env } = process;
const home = env['HOME'] ?? homedir();

/** The PATH, where Go installs programs, and where those for tests are kept between runs. */
const folders = [
  ...(env['PATH'] ?? '').split(delimiter),
  env['GOBIN'] ?? join(env['GOPATH'] ?? join(home, 'go'), 'bin'),
  join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'chat-backend-tests'),
  '/usr/sbin',
];

/**
 * Finds a server that only tests need. Without it they are skipped, and say so; with
 * `REQUIRE_TEST_SERVERS=true` they fail.
 *
 * @param recipe - how it is installed.
 */
export async function findServer(name: string, recipe: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  const missing = `there is no ${name} on this machine, which some tests need: ${recipe}`;
  if (env['REQUIRE_TEST_SERVERS'] === 'true') throw new Error(missing);
  process.stderr.write(`SKIPPED: ${missing}\n`);
  return undefined;
}

/** A server of a test's own. */
export interface TestServer {
  /** Once this resolves it answers nothing any more, and keeps its connections. */
  freeze(): Promise<void>;
  thaw(): void;
  kill(): Promise<void>;
}

/** Starts a server, which ends with the test at the latest; until then backends are patient with it. */
export function startServer(program: string, args: readonly string[]): TestServer {
  waitLonger();
  const child = spawn(program, args, { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(kill);
  return {
    freeze: () => freeze(child),
    thaw: () => void child.kill('SIGCONT'),
    kill,
  };
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
