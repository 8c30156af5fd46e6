import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/command-line/commands.ts';
import { plainFlags } from '../../../src/command-line/plain-flags.ts';
import { parseCommandLine } from '../../../src/command-line/program.ts';
import { flagOf } from '../../../src/options/options.ts';
import { choosableFeatures } from '../../../src/templates/features.ts';
import { FEATURES, ROWS, argvOf, sampleOf } from '../../support/option-samples.ts';

/** What the whole reader makes of a command line; an error is no understanding. */
function understood(argv: readonly string[]): unknown {
  try {
    return parseCommandLine(argv, FEATURES);
  } catch (error) {
    return error;
  }
}

const NAMES = choosableFeatures(FEATURES).map(({ name }) => name);
const FLAGS = ROWS.filter(({ key }) => key !== 'directory' && key !== 'withoutFeatures');
const WORDS = [
  ...FLAGS.flatMap((row) => [flagOf(row), row.negative ?? flagOf(row)]),
  ...FLAGS.map((row) => argvOf(row, sampleOf(row))[0]!),
  ...NAMES.map((name) => `--no-${name}`),
  ...NAMES,
  ...COMMANDS.map(({ name }) => name),
  ...'add full none a,b 4000 0 x - -- -1 -h -y --help --version --no- --no-nothing'.split(' '),
  'a, b',
  '',
  ' ',
  '--interactive=plain',
];

describe('a plain command line', () => {
  it('is what people type who know what they want', () => {
    const argv = [
      'my-app',
      '--preset',
      'full',
      '--port',
      '4000',
      '--no-typing',
      '--no-git',
      '--yes',
    ];
    expect(plainFlags(argv, FEATURES)).toEqual({
      directory: 'my-app',
      preset: 'full',
      port: 4000,
      withoutFeatures: ['typing'],
      git: false,
      yes: true,
    });
  });

  it('is understood as the whole reader does, or not at all', () => {
    let plain = 0;
    const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 });
    fc.assert(
      fc.property(words, (argv) => {
        const flags = plainFlags(argv, FEATURES);
        if (flags === undefined) return;
        plain += 1;
        expect(understood(argv)).toEqual({ kind: 'create', flags });
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('may have every option, with a value and without', () => {
    const lines = FLAGS.flatMap((row) =>
      [[], ['x'], ['x', 'y']].map((more) => [flagOf(row), ...more]),
    );
    const plain = lines.filter((argv) => plainFlags(argv, FEATURES) !== undefined);
    expect(plain.length).toBeGreaterThan(FLAGS.length);
    for (const argv of plain)
      expect(understood(argv)).toEqual({ kind: 'create', flags: plainFlags(argv, FEATURES) });
  });
});
