import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveAnswers } from '../../../src/options/answers.ts';
import type { Environment } from '../../../src/lib/environment.ts';
import { CreateError } from '../../../src/errors.ts';
import type { Answers, CreateOptions } from '../../../src/options/options.ts';
import { planProject } from '../../../src/plan/plan.ts';
import { parseCommandLine } from '../../../src/command-line/program.ts';
import { quote, replayCommand, runnerOf } from '../../../src/options/replay.ts';
import { presetWith } from '../../../src/options/selection.ts';
import { FEATURES, ROWS, anyOptions, sampleOf } from '../../support/option-samples.ts';

const DIRECTORY = { directory: 'my-app' };
const DEFAULTS = answersOf(DIRECTORY);

function answersOf(options: CreateOptions): Answers {
  return resolveAnswers(options, basename(options.directory), FEATURES);
}

const YARN = { npm_config_user_agent: 'yarn/4.18.1 npm/? node/v24.0.0 linux x64' };

function replay(change: Partial<Answers>, agent: Environment = YARN): string {
  return replayCommand({
    answers: { ...DEFAULTS, ...change },
    defaults: DEFAULTS,
    version: '1.2.3',
    preset: presetWith({ ...DEFAULTS, ...change }, FEATURES),
    runner: runnerOf(change.packageManager ?? 'npm', agent),
  });
}

function replayOf(options: CreateOptions): string {
  const { directory } = options;
  const defaults = answersOf({ directory });
  const answers = answersOf(options);
  const preset = presetWith(answers, FEATURES);
  const runner = runnerOf(answers.packageManager, YARN);
  return replayCommand({ answers, defaults, version: '1.2.3', preset, runner });
}

// What a shell makes of command lines: the words of each.
function wordsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const script = lines.map((line) => `printf '%s\\0' ${line}; printf '\\1\\0'`).join('\n');
  const printed = execFileSync('sh', ['-s'], { encoding: 'utf8', input: script });
  return printed
    .split('\u0001\0')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

// The answers that a replay command, typed into a shell, ends up with.
function answersAgain(lines: readonly string[]): readonly Answers[] {
  return wordsOf(lines).map((words) => {
    const at = words.findIndex((word) => word.endsWith('chat-backend@1.2.3'));
    expect(['npx', 'pnpm create', 'yarn create', 'bun create']).toContain(
      words.slice(0, at).join(' '),
    );
    const argv = words.slice(at + 1);
    const parsed = parseCommandLine(argv, FEATURES);
    if (parsed.kind !== 'create') expect.unreachable(parsed.text);
    const { yes, ...flags } = parsed.flags;
    expect(yes).toBe(true);
    return answersOf(flags as CreateOptions);
  });
}

/** What a replay keeps: all but the connection string, and that a run was a dry one. */
function kept({ databaseUri: _secret, dryRun: _dry, ...answers }: Answers): object {
  return answers;
}

/** One hash of all paths, modes and bytes of a plan. */
function fingerprint(answers: Answers): string {
  const hash = createHash('sha256');
  for (const { path, mode, bytes } of planProject(answers).files)
    hash.update(`${path} ${mode} ${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

function isPossible(options: CreateOptions): boolean {
  try {
    answersOf(options);
    return true;
  } catch (error) {
    if (error instanceof CreateError && error.code === 'INVALID_OPTION') return false;
    throw error;
  }
}

// Thousands of plans and command lines, on a machine that may be busy.
describe('replayCommand', { timeout: 60_000 }, () => {
  it('says nothing that holds anyway', () => {
    expect(replay({})).toBe('npx create-chat-backend@1.2.3 my-app --yes');
  });

  it.each<[Partial<Answers>, string]>([
    [{ directory: 'a b/c' }, '"a b/c"'],
    [{ directory: 'a$b' }, "'a$b'"],
    [{ port: 4000 }, '--port 4000'],
    [{ install: false, git: false }, '--no-install --no-git'],
    [{ verify: true }, '--verify'],
    [{ features: [] }, '--preset minimal'],
    [{ features: answersOf({ ...DIRECTORY, preset: 'full' }).features }, 'my-app --preset full'],
    [{ features: ['demo', 'typing'] }, '--features "demo,typing"'],
    [{ adapter: 'redis' }, '--adapter redis'],
    [{ description: "it's" }, `--description "it's"`],
    [{ description: `"it's"` }, `--description '"it'\\''s"'`],
    [{ description: '-y' }, '--description=-y'],
    [{ description: '' }, '--description='],
    [{ packageManager: 'pnpm' }, 'pnpm create chat-backend@1.2.3 my-app --package-manager pnpm'],
    [{ packageManager: 'yarn' }, 'yarn create chat-backend@1.2.3 my-app'],
    [{ packageManager: 'bun' }, 'bun create chat-backend@1.2.3 my-app'],
  ])('says for %j %s', (change, expected) => {
    expect(replay(change)).toContain(expected);
  });

  it.each([{}, { npm_config_user_agent: 'yarn/1.22.22 npm/? node/v24.0.0 linux x64' }])(
    'is run by npm where Yarn may be one that cannot run a version: %j',
    (agent) => {
      expect(replay({ packageManager: 'yarn' }, agent)).toMatch(
        /^npx create-chat-backend@1\.2\.3 /,
      );
    },
  );

  it('A57 never says the connection string', () => {
    expect(replay({ databaseUri: 'mongodb://ada:hunter2@host/chat' })).toBe(replay({}));
  });

  it('comes back as the same answers through a shell, for every combination of options', () => {
    const replayed = ROWS.filter((option) => option.replayed && option.key !== 'directory');
    const combinations = replayed
      .reduce<readonly CreateOptions[]>(
        (all, option) => [
          ...all,
          ...all.map((some) => ({ ...some, [option.key]: sampleOf(option) })),
        ],
        [DIRECTORY],
      )
      .filter(isPossible);
    expect(combinations.length).toBeGreaterThan(2 ** (replayed.length - 1));
    const again = answersAgain(combinations.map(replayOf));
    for (const [index, options] of combinations.entries())
      expect(again[index]).toEqual(answersOf(options));
  });

  it('comes back as the same answers and bytes through a shell, whatever the values are', () => {
    fc.assert(
      fc.property(anyOptions.filter(isPossible), (options) => {
        const [again] = answersAgain([replayOf(options)]);
        const answers = { ...answersOf(options), databaseUri: '' };
        expect(kept(again!)).toEqual(kept(answers));
        expect(fingerprint(again!)).toBe(fingerprint(answers));
      }),
      { numRuns: 60 },
    );
  });
});

describe('quote', () => {
  it('leaves plain words alone', () => {
    expect(quote('create-chat-backend@1.2.3')).toBe('create-chat-backend@1.2.3');
  });

  it('makes of any word one word of a shell', () => {
    const word = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((value) => !/\p{Cc}/u.test(value));
    fc.assert(
      fc.property(word, (value) => {
        expect(wordsOf([quote(value)])).toEqual([[value]]);
      }),
      { numRuns: 50 },
    );
  });
});
