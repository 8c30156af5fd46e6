import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { CommandJson } from '../support/command.ts';
import { workingCopy } from '../support/installation.ts';
import { scratch } from '../support/scratch.ts';

/** Runs the command of another copy of this package. */
async function run(root: string, args: readonly string[]): Promise<string> {
  const program = join(root, 'bin/create-chat-backend.js');
  const { stdout } = await execa(process.execPath, [program, ...args], {
    cwd: scratch(),
    input: '',
  });
  return stdout;
}

async function build(root: string): Promise<void> {
  await execa('npm', ['run', '--silent', 'build'], { cwd: root });
}

describe('an adapter more', () => {
  it('is one folder whose manifest says so', async () => {
    const root = workingCopy();
    const folder = join(root, 'templates/carrier');
    mkdirSync(join(folder, 'files/src'), { recursive: true });
    const manifest = { name: 'carrier', summary: 'Pigeons between nodes', adapter: true };
    writeFileSync(join(folder, 'feature.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'files/src/carrier.ts'), 'export const carrier = 1;\n');
    await build(root);

    const args = ['my-app', '--adapter', 'carrier', '--dry-run', '--json'];
    const made = JSON.parse(await run(root, args)) as CommandJson;
    expect(made.answers).toMatchObject({ adapter: 'carrier' });
    expect(made.answers.features).not.toContain('carrier');
    expect(made.files.map(({ path }) => path)).toContain('src/carrier.ts');
    expect(made.replay).toMatch(/ my-app --adapter carrier --yes$/);
    expect(await run(root, ['help', 'options'])).toMatch(
      /\(none, .*carrier.*;\s+default:\s+none\)/s,
    );
    expect(await run(root, ['schema'])).toContain('"carrier"');
    expect(await run(root, ['completion', 'bash'])).toMatch(/--adapter\) .*carrier/);
  });
});

describe('an option more', () => {
  it('is one row in src/options/project-options.ts, and has every face', async () => {
    const root = workingCopy();
    const table = join(root, 'src/options/project-options.ts');
    const row = `  {
    key: 'motto',
    flag: '--motto <text>',
    kind: 'choice',
    choices: ['calm', 'loud'],
    default: 'calm',
    group: 'project',
    help: 'the mood of it',
    unasked: 'it is for a test',
    replayed: true,
  },
`;
    const source = readFileSync(table, 'utf8');
    const end = source.indexOf('] as const satisfies');
    writeFileSync(table, source.slice(0, end) + row + source.slice(end));
    // Its types, too, follow from the row.
    await build(root);

    const preset = join(scratch(), 'a.json');
    writeFileSync(preset, '{"motto": "loud"}');
    for (const args of [
      ['--motto', 'loud'],
      ['--config', preset],
    ]) {
      const printed = await run(root, ['my-app', ...args, '--dry-run', '--json']);
      expect(JSON.parse(printed)).toMatchObject({
        answers: { motto: 'loud' },
        replay: expect.stringMatching(/ my-app --motto loud --yes$/) as string,
      });
    }
    expect(await run(root, ['help', 'options'])).toMatch(
      /--motto <text> +the mood of it \(calm, loud;/,
    );
    expect(JSON.parse(await run(root, ['schema']))).toMatchObject({
      properties: { motto: { enum: ['calm', 'loud'], default: 'calm' } },
    });
    expect(JSON.parse(await run(root, ['schema', 'result']))).toMatchObject({
      properties: { answers: { anyOf: [{}, { properties: { motto: {} } }] } },
    });
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(await run(root, ['completion', shell])).toMatch(/motto.*calm loud/);
    await expect(run(root, ['my-app', '--motto', 'sad'])).rejects.toThrow(
      /Choose one of: calm, loud/,
    );
  });
});
