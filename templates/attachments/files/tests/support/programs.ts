import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

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

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
