import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertOptions } from '../../src/answers.ts';
import { toRun } from '../../src/context.ts';
import { loadFeatures } from '../../src/features.ts';
import type { OptionRow } from '../../src/option-row.ts';
import { OPTIONS, flagOf } from '../../src/options.ts';
import { TEMPLATES } from '../../src/package.ts';
import { parseCommandLine } from '../../src/program.ts';
import { placeQuestions, projectQuestions } from '../../src/prompts.ts';
import { optionsTable } from '../support/options-table.ts';

const rows = OPTIONS as readonly OptionRow[];
const FEATURES = loadFeatures(TEMPLATES);
const RUN = toRun({});
const QUESTIONS = [...placeQuestions(RUN), ...projectQuestions({}, FEATURES, RUN)];
const README_PATH = join(import.meta.dirname, '../../README.md');
const README = readFileSync(README_PATH, 'utf8');

// A value that the option takes, on the command line and in the API.
function sample(option: OptionRow): { readonly argv: readonly string[]; readonly value: unknown } {
  const flag = flagOf(option);
  if (option.key === 'directory') return { argv: ['some-text'], value: 'some-text' };
  if (option.key === 'withoutFeatures') return { argv: ['--no-typing'], value: ['typing'] };
  if (option.kind === 'port') return { argv: [flag, '4000'], value: 4000 };
  if (option.kind === 'list') return { argv: [flag, 'a,b'], value: ['a', 'b'] };
  if (option.kind === 'switch') return { argv: [flag], value: true };
  const text = option.choices?.at(-1) ?? (option.secret ? 'mongodb://localhost/chat' : 'some-text');
  return { argv: [flag, text], value: text };
}

function parse(...argv: readonly string[]): Record<string, unknown> {
  const parsed = parseCommandLine(argv, FEATURES);
  return parsed.kind === 'create' ? { ...parsed.flags } : expect.unreachable(parsed.text);
}

function help(): string {
  const parsed = parseCommandLine(['--help'], FEATURES);
  return parsed.kind === 'print' ? parsed.text : expect.unreachable('--help prints');
}

describe.each(rows.map((option) => [option.key, option] as const))(
  'the option %s',
  (key, option) => {
    const { argv, value } = sample(option);

    it('has a flag that sets it', () => {
      expect(parse(...argv)).toEqual({ [key]: value });
    });

    it('has a flag that says no, where a yes is the default', () => {
      expect(option.negative !== undefined).toBe(
        option.kind === 'switch' && option.default !== false,
      );
      if (option.negative) expect(parse(option.negative)).toEqual({ [key]: false });
    });

    it('has a line in the help and in the README', () => {
      const name = key === 'directory' ? 'directory' : flagOf(option);
      expect(help()).toContain(name);
      expect(README).toContain(`| \`${option.flag}`);
    });

    it('is in the API, or known to the command line alone', () => {
      const given = { directory: 'some-text', [key]: value };
      if (!option.commandLineOnly) expect(() => assertOptions(given)).not.toThrow();
      else expect(() => assertOptions(given)).toThrow(`unknown option "${key}"`);
    });

    it('is asked for exactly when it has a question', () => {
      const asked = QUESTIONS.find((question) => question.name === key);
      expect(asked?.message).toBe(option.question);
    });

    it.runIf(option.default !== undefined && option.default !== '')(
      'has a default that it would accept',
      () => {
        const given = { directory: 'some-text', [key]: option.default };
        if (option.commandLineOnly) expect(option.default).toBe(false);
        else expect(() => assertOptions(given)).not.toThrow();
      },
    );
  },
);

describe('the table of options', () => {
  it('has every key and every flag once', () => {
    const keys = rows.map((option) => option.key);
    const flags = rows.flatMap((option) => [option.flag, option.negative ?? []].flat());
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

  it('keeps what is secret out of what is replayed', () => {
    expect(rows.filter((option) => option.secret && option.replayed)).toEqual([]);
  });
});
