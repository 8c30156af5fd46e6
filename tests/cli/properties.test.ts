import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/command-line/commands.ts';
import { createProject } from '../../src/index.ts';
import type { CreateOptions } from '../../src/index.ts';
import { SHARED_OPTIONS } from '../../src/options/options.ts';
import { command, json } from '../support/command.ts';
import { onlyPrograms } from '../support/fake-program.ts';
import { OFFERED } from '../support/offered.ts';
import { ROWS, anyOptions, argvOf, sampleOf } from '../support/option-samples.ts';
import { scratch, treeOf } from '../support/scratch.ts';
import { KEYS, hasTerminal, terminal } from '../support/terminal.ts';

const EXIT_CODES = [0, 2, 3, 4, 5, 6];

// Many runs of the command, on a machine that may be busy.
const PATIENCE = { timeout: 300_000 };

describe('any command line', PATIENCE, () => {
  // Words that mean something, halves of them, and others; none leads out of the directory.
  const word = fc.oneof(
    fc.constantFrom(...ROWS.flatMap((option) => argvOf(option, sampleOf(option)))),
    fc.constantFrom(
      ...ROWS.flatMap(({ flag, negative }) => [flag.split(/[ ,]/)[0]!, negative ?? flag]),
    ),
    fc.constantFrom(...ROWS.flatMap(({ choices }) => choices ?? [])),
    fc.constantFrom(...COMMANDS.flatMap(({ name, choices }) => [name, ...choices])),
    fc.constantFrom(
      '--json',
      '--debug',
      '--dry-run',
      '--yes',
      '--',
      '-',
      '',
      '.',
      '..',
      '-qy',
      'my-app',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(/[/\0]/g, '_')),
    fc
      .string({ unit: 'binary', maxLength: 6 })
      .map((text) => `--${text.replaceAll(/[/\0]/g, '_')}`),
  );
  const argv = fc.array(word, { maxLength: 6 });

  it('P2 ends with a code of ours, words on stderr, no stack, and JSON where it is asked for', async () => {
    const env = onlyPrograms(process.execPath);
    const four = fc.array(argv, { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(four, async (lines) => {
        const outcomes = await Promise.all(
          lines.map((args) => command(args, { cwd: scratch(), env })),
        );
        for (const [index, outcome] of outcomes.entries()) {
          const end = lines[index]!.indexOf('--');
          const flags = end === -1 ? lines[index]! : lines[index]!.slice(0, end);
          expect(EXIT_CODES).toContain(outcome.code);
          if (outcome.code !== 0) expect(outcome.stderr).not.toBe('');
          if (!flags.includes('--debug')) expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+/m);
          if (flags.includes('--json')) expect(() => json(outcome)).not.toThrow();
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** Everything that a project is, with its secrets replaced. */
function projectOf(directory: string): Record<string, string> {
  const environment = readFileSync(join(directory, '.env'), 'utf8');
  const shown = environment.replaceAll(/^(\w+KEYS?=).*$/gm, '$1');
  return { ...treeOf(directory, ['.env']), '.env': shown };
}

describe('the same answers', PATIENCE, () => {
  let cwd: string;
  beforeEach(() => {
    cwd = scratch();
  });

  const options = anyOptions.map((some): CreateOptions => ({
    ...some,
    dryRun: false,
    install: false,
    verify: false,
    git: false,
    onConflict: 'abort',
  }));

  async function byLibrary(given: CreateOptions): Promise<Record<string, string>> {
    const { path } = await createProject(
      { ...given, directory: 'library/my-app' },
      { workingDirectory: cwd },
    );
    return projectOf(path);
  }

  async function byFlags(given: CreateOptions): Promise<Record<string, string>> {
    const flags = SHARED_OPTIONS.filter(({ key }) => key !== 'directory').flatMap((option) => {
      const value = given[option.key as keyof CreateOptions];
      return value === undefined ? [] : argvOf(option, value);
    });
    const outcome = await command(['flags/my-app', '--yes', '--json', ...flags], { cwd });
    return projectOf(json(outcome).path);
  }

  async function byPreset(given: CreateOptions): Promise<Record<string, string>> {
    writeFileSync(join(cwd, 'a.json'), JSON.stringify({ ...given, directory: 'preset/my-app' }));
    const outcome = await command(['--yes', '--json', '--config', 'a.json'], { cwd });
    return projectOf(json(outcome).path);
  }

  it('P8 give the same bytes by flags, by a config file and by the library', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        cwd = scratch();
        const made = await byLibrary(given).catch(() => undefined);
        fc.pre(made !== undefined);
        expect(await byFlags(given)).toEqual(made);
        expect(await byPreset(given)).toEqual(made);
        compared += 1;
      }),
      { numRuns: 8 },
    );
    expect(compared).toBeGreaterThanOrEqual(8);
  });

  it.runIf(hasTerminal)('P8 give the same bytes by questions, too', async () => {
    const { type, ended } = terminal(['--no-install'], { cwd });
    await type(/Directory/, `questions/My Chat${KEYS.enter}`);
    await type(/Package name/, `@team/chat${KEYS.enter}`);
    await type(/Preset/, `c${KEYS.enter}`);
    await type(/Features.*api-docs/s, KEYS.down.repeat(OFFERED.indexOf('api-docs')));
    await type(/❯ ◼ api-docs/, KEYS.space);
    await type(/❯ ◻ api-docs/, KEYS.enter);
    await type(/Package manager/, KEYS.down + KEYS.enter);
    await type(/git repository/, `n${KEYS.enter}`);
    await type(/One node/, KEYS.down + KEYS.enter);
    await type(/More settings/, KEYS.enter);
    await type(/Features +\d+: account.*Several, over MongoDB/s, KEYS.enter);
    expect((await ended).code).toBe(0);
    const made = await byLibrary({
      directory: 'library/my-app',
      packageName: '@team/chat',
      preset: 'standard',
      withoutFeatures: ['api-docs'],
      adapter: 'mongo',
      packageManager: 'pnpm',
      install: false,
      git: false,
    });
    expect(projectOf(join(cwd, 'questions/My Chat'))).toEqual(made);
  });
});
