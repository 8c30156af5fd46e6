import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { assertOptions, resolveAnswers } from '../../src/answers.ts';
import { completionScript } from '../../src/completion.ts';
import { toRun } from '../../src/context.ts';
import { choosableFeatures } from '../../src/features.ts';
import { GROUPS } from '../../src/option-row.ts';
import { OPTIONS, flagOf } from '../../src/options.ts';
import { parseCommandLine } from '../../src/program.ts';
import { parsePreset } from '../../src/preset.ts';
import { placeQuestions, projectQuestions } from '../../src/prompts.ts';
import { replayCommand } from '../../src/replay.ts';
import { presetSchema } from '../../src/schemas.ts';
import { FEATURES, ROWS, argvOf, sampleOf } from '../support/option-samples.ts';
import { optionsTable } from '../support/options-table.ts';

const RUN = toRun({});
const QUESTIONS = [...placeQuestions(RUN), ...projectQuestions({}, FEATURES, RUN)];
const README_PATH = join(import.meta.dirname, '../../README.md');
const README = readFileSync(README_PATH, 'utf8');
const SCHEMA = presetSchema(FEATURES) as {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
};
const validate = new Ajv().compile(SCHEMA);
/** What the script of a shell has instead of a flag. */
const OWN_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  directory: { bash: '-o default', zsh: '_directories', fish: '__fish_complete_directories' },
  withoutFeatures: { bash: '--no-typing', zsh: '--no-typing', fish: 'no-typing' },
};
const DEFAULTS = resolveAnswers({ directory: 'my-app' }, 'my-app', FEATURES);

function parse(...argv: readonly string[]): Record<string, unknown> {
  const parsed = parseCommandLine(argv, FEATURES);
  return parsed.kind === 'create' ? { ...parsed.flags } : expect.unreachable(parsed.text);
}

function help(): string {
  const parsed = parseCommandLine(['--help'], FEATURES);
  return parsed.kind === 'print' ? parsed.text : expect.unreachable('--help prints');
}

/** The lines below a heading of the help. */
function helpBelow(heading: string): string {
  const [, below = ''] = help().split(`\n${heading}\n`);
  return below.split('\n\n')[0] as string;
}

function replay(change: object): string {
  const answers = { ...DEFAULTS, ...change };
  return replayCommand({ answers, defaults: DEFAULTS, version: '1.2.3' });
}

describe.each(ROWS.map((option) => [option.key, option] as const))(
  'the option %s',
  (key, option) => {
    const value = sampleOf(option);
    const forms = [flagOf(option), option.negative ?? []].flat();

    it('has a flag that sets it', () => {
      expect(parse(...argvOf(option, value))).toEqual({ [key]: value });
      if (option.kind === 'switch') expect(parse(flagOf(option))).toEqual({ [key]: true });
    });

    it('has a flag that says no, where a yes can be the default', () => {
      expect(option.negative !== undefined).toBe(
        option.kind === 'switch' && option.default !== false,
      );
      if (option.negative) expect(parse(option.negative)).toEqual({ [key]: false });
    });

    it('has a question that is asked, or a reason for none', () => {
      const asked = QUESTIONS.find((question) => question.name === key);
      expect(asked?.message).toBe(option.question);
      expect(option.question ?? option.unasked).toMatch(/\w/);
    });

    it('has a key in preset files and in the API, unless it concerns the terminal', () => {
      const text = JSON.stringify({ [key]: value });
      const given = { directory: 'some-app', [key]: value };
      if (option.commandLineOnly) {
        expect(() => parsePreset(text, 'a.json')).toThrow(`unknown key "${key}"`);
        expect(() => assertOptions(given)).toThrow(`unknown option "${key}"`);
      } else {
        expect(parsePreset(text, 'a.json')).toEqual({ [key]: value });
        expect(() => assertOptions(given)).not.toThrow();
      }
    });

    it('has a schema that takes it, unless it concerns the terminal', () => {
      expect(validate({ [key]: value })).toBe(!option.commandLineOnly);
      expect(SCHEMA.properties[key]?.description).toBe(
        option.commandLineOnly ? undefined : option.help,
      );
      if (!option.commandLineOnly) expect(validate({ [key]: { of: 'another type' } })).toBe(false);
    });

    it('has a line in the help, below its heading', () => {
      const name = option.kind === 'text' && key === 'directory' ? '  directory ' : flagOf(option);
      if (key === 'directory') expect(helpBelow('Arguments:')).toContain(name);
      else if (key === 'withoutFeatures') expect(help()).toContain(`Features (${name} leaves`);
      else expect(helpBelow(GROUPS[option.group])).toContain(name);
      if (option.negative) expect(helpBelow(GROUPS[option.group])).toContain(option.negative);
    });

    it('has a row in the README', () => {
      const rows = README.split('\n').filter((line) => line.startsWith(`| \`${option.flag}`));
      expect(rows).toHaveLength(1);
    });

    it.each(['bash', 'zsh', 'fish'])('is completed by %s', (shell) => {
      const script = completionScript(shell, FEATURES);
      const own: string | undefined = OWN_WORDS[key]?.[shell];
      const offered = own === undefined ? forms.map((form) => form.slice(2)) : [own];
      for (const word of offered) expect(script).toContain(word);
      for (const choice of option.choices ?? []) expect(script).toContain(choice);
    });

    it('is replayed, or has a reason for not being', () => {
      const changed = value === option.default ? 'another' : value;
      const command = replay({ [key]: changed });
      if (option.unreplayed) expect(command).toBe(replay({}));
      else expect(command).toContain(key === 'directory' ? value : forms.at(value ? 0 : -1));
      expect(option.replayed ?? option.unreplayed).toBeDefined();
    });

    it.runIf(option.default !== undefined && option.default !== '')(
      'has a default that it would accept',
      () => {
        const given = { directory: 'some-app', [key]: option.default };
        if (option.commandLineOnly) expect(option.default).toBe(false);
        else expect(() => assertOptions(given)).not.toThrow();
      },
    );
  },
);

describe('the table of options', () => {
  it('has every key and every flag once', () => {
    const keys = ROWS.map((option) => option.key);
    const flags = ROWS.flatMap((option) => [option.flag, option.negative ?? []].flat());
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(flags).size).toBe(flags.length);
  });

  it('is the table in the README', async () => {
    const table = /(<!-- options: .* -->\n)[^]*(\n<!-- end of options -->)/;
    const expected = README.replace(
      table,
      (_, begin, end) => `${begin}\n${optionsTable()}\n${end}`,
    );
    await expect(expected).toMatchFileSnapshot(README_PATH);
  });

  it('has presets that bring what the README says', () => {
    const rows = [...README.matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|(.*)\|$/gm)];
    const presets = ['minimal', 'standard', 'full'];
    for (const { name, summary, presets: brought } of choosableFeatures(FEATURES)) {
      // A feature that is new need not be there: adding one is adding a folder.
      const [, , said, marks = ''] = rows.find(([, row]) => row === name) ?? [];
      if (said === undefined) continue;
      expect(said).toBe(summary);
      const marked = presets.filter((_, index) => marks.split('|')[index]?.trim() === 'yes');
      expect(marked, name).toEqual(brought);
    }
    expect(rows.length).toBeGreaterThan(5);
  });

  it('keeps what is secret out of what is replayed', () => {
    expect(ROWS.filter((option) => option.secret && option.replayed)).toEqual([]);
    expect(OPTIONS.map(({ key }) => key)).toContain('databaseUri');
  });
});

describe('the help', () => {
  it.each([['--help'], ['schema', '--help'], ['completion', '--help']])(
    '%s %s fits 80 columns',
    (...argv) => {
      const parsed = parseCommandLine(argv, FEATURES);
      const text = parsed.kind === 'print' ? parsed.text : '';
      expect(text).toMatch(/^Usage: /);
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('shows commands that are understood', () => {
    const examples = helpBelow('Examples:').split('\n');
    expect(examples.length).toBeGreaterThan(3);
    for (const example of examples) {
      const [, ...argv] = (example.trim().split('  ')[0] as string).split(' ');
      expect(() => parse(...argv)).not.toThrow();
    }
  });

  it('names every feature that can be chosen', () => {
    const lines = helpBelow('Features (--no-<feature> leaves one out):');
    for (const { name } of choosableFeatures(FEATURES)) expect(lines).toContain(`${name} `);
    expect(lines).not.toMatch(/^ {2}base /m);
  });
});
