import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../support/command.ts';
import type { Outcome } from '../../support/command.ts';
import { serveRegistry } from '../../support/local-registry.ts';
import type { LocalRegistry } from '../../support/local-registry.ts';
import { OLD_TARBALL, oldProgram, oldProject } from '../../support/old-version.ts';
import type { OwnedProject } from '../../support/owned-project.ts';
import { scratch } from '../../support/scratch.ts';

const DRY = ['update', '--dry-run', '--no-install'];
const FOUND = /^ *replace .*\n(?:.*\n)*\d+ files would change/m;

let program: string;
let project: OwnedProject;
beforeAll(async () => {
  program = oldProgram();
  project = await oldProject(program, ['--preset', 'minimal']);
});

let registry: LocalRegistry | undefined;
afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

interface Place {
  readonly TMPDIR: string;
  readonly [variable: string]: string;
}

/** A home directory of its own, whose npm asks our registry or none. */
function place(more: Readonly<Record<string, string>> = {}): Place {
  const TMPDIR = scratch();
  return { HOME: scratch(), TMPDIR, npm_config_registry: 'http://127.0.0.1:9/', ...more };
}

function update(root: string, env: Place, ...flags: readonly string[]): Promise<Outcome> {
  return command([...DRY, ...flags], { cwd: root, env });
}

describe('the base of another version', () => {
  it.each<[string, () => string]>([
    ['a directory with the program', () => program],
    ['a tarball', () => OLD_TARBALL],
    ['a directory that it rendered', () => rendered],
  ])('L16 is made from %s, without a registry', async (_, where) => {
    const env = place();
    const { code, stdout, stderr } = await update(project.root, env, '--base', where());
    expect(stderr).not.toMatch(/other templates/);
    expect(stdout).toMatch(FOUND);
    expect(code).toBe(0);
    expect(readdirSync(env.TMPDIR)).toEqual([]);
  });

  let rendered: string;
  beforeAll(async () => {
    rendered = (await oldProject(program, ['--preset', 'minimal'])).root;
  });

  it('L16 of other templates is taken with a warning where it was named', async () => {
    const other = await oldProject(program, ['--preset', 'minimal', '--port', '4100']);
    const { code, stderr } = await update(project.root, place(), '--base', other.root);
    expect(stderr).toMatch(/^note .*0\.1\.0 has other templates here/m);
    expect(code).toBe(0);
  });

  it('L16 of other templates is refused where the registry has it', async () => {
    registry = await serveRegistry(OLD_TARBALL);
    const forged = await oldProject(program, ['--preset', 'minimal']);
    forged.edit('.chat-backend/base.jsonl', (text) => text.replace(/"h":"./, '"h":"_'));
    forged.edit('.chat-backend/base.jsonl', (text) => text.replace(/"h":"_/, '"h":"0'));
    const env = place({ npm_config_registry: registry.url });
    const { code, stderr } = await update(forged.root, env);
    expect(stderr).toMatch(/^error: .*no base .*has other templates here than those/m);
    expect(code).toBe(6);
  });

  it.each([
    ['a directory without a project', () => scratch()],
    ['nothing', () => join(scratch(), 'nothing')],
  ])('L16 cannot be made from %s', async (_, where) => {
    const { code, stderr } = await update(project.root, place(), '--base', where());
    expect(stderr).toMatch(/^error: there is no base .*--base/m);
    expect(code).toBe(6);
  });

  it('L17 comes from the registry of the project, which the owner need not wait for', async () => {
    registry = await serveRegistry(OLD_TARBALL, new Date());
    const own = await oldProject(program, ['--preset', 'minimal']);
    own.write('.npmrc', `registry=${registry.url}\nmin-release-age=7\n`);
    const { npm_config_registry: _registry, ...env } = place();
    const { code, stdout, stderr } = await update(own.root, env);
    expect(stderr).toMatch(/getting create-chat-backend@0\.1\.0, which made this project/);
    expect(stdout).toMatch(FOUND);
    expect(code).toBe(0);
    expect(readdirSync(env.TMPDIR)).toEqual([]);
  });

  it('L15 a registry without it, one that is dead, and no npm: the way to make one is told', async () => {
    registry = await serveRegistry(await otherPackage());
    const without = place({ npm_config_registry: registry.url });
    const dead = place({ npm_config_fetch_retries: '0' });
    const noNpm = place({ PATH: '/nowhere' });
    for (const env of [without, dead, noNpm]) {
      const { code, stderr } = await update(project.root, env);
      expect(stderr).toMatch(/^error: there is no base to compare this project with: .+\n/m);
      expect(stderr).toMatch(/--base:\n {4}npx create-chat-backend@0\.1\.0 base .*--port 3000/);
      expect(code).toBe(6);
      expect(readdirSync(env.TMPDIR)).toEqual([]);
    }
    expect((await update(project.root, noNpm)).stderr).toContain('npm was not found on the PATH');
    expect((await update(project.root, without)).stderr).toMatch(/E404|404 Not Found/);
  });
});

/** A package that is none of ours, so that its registry has none of ours. */
async function otherPackage(): Promise<string> {
  const directory = scratch();
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'something-else', version: '1.0.0' }),
  );
  await execa('npm', ['pack', '--silent'], { cwd: directory });
  return join(directory, 'something-else-1.0.0.tgz');
}
