import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { assertOptions, resolveAnswers } from '../../../src/options/answers.ts';
import { completionScript } from '../../../src/command-line/completion.ts';
import { toRunContext } from '../../../src/context.ts';
import { choosableFeatures } from '../../../src/templates/features.ts';
import { OPTION_GROUPS } from '../../../src/options/option-row.ts';
import { OPTIONS, flagOf } from '../../../src/options/options.ts';
import { parseCommandLine } from '../../../src/command-line/program.ts';
import { parseConfigFile } from '../../../src/config-file/parse.ts';
import { allQuestions, startQuestion } from '../../../src/prompts/prompts.ts';
import { replayCommand } from '../../../src/options/replay.ts';
import { configFileSchema } from '../../../src/command-line/schemas.ts';
import { FEATURES, ROWS, argvOf, sampleOf } from '../../support/option-samples.ts';
import { optionsTable } from '../../support/options-table.ts';

const RUN = toRunContext({});
const QUESTIONS = [...allQuestions({}, FEATURES, RUN), startQuestion('npm')];
const README_PATH = join(import.meta.dirname, '../../../README.md');
const README = readFileSync(README_PATH, 'utf8');
const SCHEMA = configFileSchema(FEATURES) as {
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

function help(argv: readonly string[] = ['help', 'all'], columns?: number): string {
  const parsed = parseCommandLine(argv, FEATURES, columns);
  return parsed.kind === 'print' ? parsed.text : expect.unreachable('the help prints');
}

/** The lines below a heading of the help. */
function helpBelow(heading: string): string {
  const [, below = ''] = help().split(`\n${heading}\n`);
  return below.split('\n\n')[0] as string;
}

function replay(change: object): string {
  const answers = { ...DEFAULTS, ...change };
  const rest = { version: '1.2.3', preset: undefined, runner: 'npx create-' };
  return replayCommand({ answers, defaults: DEFAULTS, ...rest });
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

    it('has a key in config files and in the API, unless it concerns the terminal', () => {
      const text = JSON.stringify({ [key]: value });
      const given = { directory: 'some-app', [key]: value };
      if (option.commandLineOnly) {
        expect(() => parseConfigFile(text, 'a.json', '')).toThrow(`unknown key "${key}"`);
        expect(() => assertOptions(given)).toThrow(`unknown option "${key}"`);
      } else {
        expect(parseConfigFile(text, 'a.json', '').options).toEqual({ [key]: value });
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
      const name = flagOf(option);
      if (key === 'directory') expect(helpBelow('Arguments:')).toContain('  directory ');
      else expect(helpBelow(OPTION_GROUPS[option.group])).toContain(name);
      if (option.negative)
        expect(helpBelow(OPTION_GROUPS[option.group])).toContain(option.negative);
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
      const isDefault = value === DEFAULTS[key as keyof typeof DEFAULTS];
      const changed = isDefault ? (option.kind === 'switch' ? !value : 'another') : value;
      const command = replay({ [key]: changed });
      if (option.unreplayed) expect(command).toBe(replay({}));
      else expect(command).toContain(key === 'directory' ? value : forms.at(changed ? 0 : -1));
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
  const PAGES = [
    ['--help'],
    ['help'],
    ['help', 'options'],
    ['help', 'features'],
    ['help', 'all'],
    ['schema', '--help'],
    ['completion', '--help'],
  ];
  const WIDTHS = [40, 80, 200];
  it.each(PAGES.flatMap((argv) => WIDTHS.map((columns) => [argv.join(' '), columns] as const)))(
    '%s fits %i columns',
    (words, columns) => {
      const text = help(words.split(' '), columns);
      expect(text).toMatch(/^Usage: /);
      const widest = Math.min(80, columns);
      expect(text.split('\n').filter((line) => line.length > widest)).toEqual([]);
    },
  );

  it.each(WIDTHS)('--help has the essentials in at most 60 lines, at %i columns too', (columns) => {
    const text = help(['--help'], columns);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    for (const { brief } of ROWS) if (brief !== undefined) expect(text).toContain(brief);
    expect(text).toContain('--preset');
    expect(text).toMatch(/help options.*help features,\s+help all/s);
  });

  it('--help reads no template, which takes as long as all the rest', () => {
    const unread = FEATURES.map((feature) => ({
      ...feature,
      get files(): never {
        throw new Error(`the files of ${feature.name} are read`);
      },
    }));
    expect(parseCommandLine(['--help'], unread)).toEqual({ kind: 'print', text: help(['--help']) });
  });

  it('has every option in help options, and what features are for in help features', () => {
    for (const option of ROWS)
      expect(help(['help', 'options'])).toContain(option.key === 'directory' ? 'dir' : option.flag);
    const page = help(['help', 'features']);
    for (const { name, group } of choosableFeatures(FEATURES))
      expect(page.split(`Features, ${group}:`)[1]?.split('\n\n')[0]).toContain(`  ${name} `);
    expect(page).toContain('METRICS_PORT');
  });

  it('says which pages there are', () => {
    expect(() => help(['help', 'featrues'])).toThrow(
      expect.objectContaining({
        hint: 'Did you mean features? Choose one of: essentials, options, features, all.',
      }),
    );
  });

  it('shows commands that are understood', () => {
    const examples = helpBelow('Examples:').split('\n');
    expect(examples.length).toBeGreaterThan(3);
    for (const example of examples) {
      const [, ...argv] = (example.trim().split('  ')[0] as string).split(' ');
      expect(() => parse(...argv)).not.toThrow();
    }
  });
});

describe('--interactive', () => {
  it('takes a word that is tied to it, and leaves the directory alone', () => {
    expect(parse('--interactive=plain', 'x')).toEqual({ interactive: 'plain', directory: 'x' });
    expect(parse('--interactive', 'plain')).toEqual({ interactive: true, directory: 'plain' });
    expect(parse('--', '--interactive')).toEqual({ directory: '--interactive' });
  });

  it('refuses any other word', () => {
    expect(() => parse('x', '--interactive=plian')).toThrow(
      expect.objectContaining({ hint: 'Did you mean plain? Choose one of: plain.' }),
    );
  });
});
