import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../../src/options.ts';
import { parseCommandLine } from '../../src/program.ts';
import { quote, replayCommand } from '../../src/replay.ts';

const DEFAULTS: Answers = {
  directory: 'my-app',
  packageName: 'my-app',
  description: 'A real-time chat backend',
  author: '',
  port: 3000,
  databaseUri: '',
  features: ['typing'],
  adapter: 'none',
  packageManager: 'npm',
  install: true,
  git: true,
  verify: false,
  onConflict: 'abort',
  dryRun: false,
};

function replay(change: Partial<Answers>): string {
  return replayCommand({
    answers: { ...DEFAULTS, ...change },
    defaults: DEFAULTS,
    version: '1.2.3',
  });
}

// What a shell makes of a command line.
function words(line: string): readonly string[] {
  const script = `for word in ${line}; do printf '%s\\0' "$word"; done`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('replayCommand', () => {
  it('says nothing that holds anyway', () => {
    expect(replay({})).toBe('npx create-chat-backend@1.2.3 my-app --yes');
  });

  it.each<[Partial<Answers>, string]>([
    [{ directory: 'a b/c' }, "'a b/c'"],
    [{ port: 4000 }, '--port 4000'],
    [{ install: false, git: false }, '--no-install --no-git'],
    [{ features: [] }, '--features none'],
    [{ features: ['demo', 'typing'] }, '--features demo,typing'],
    [{ description: "it's" }, `--description 'it'\\''s'`],
    [{ description: '-y' }, '--description=-y'],
    [{ description: '' }, '--description='],
    [{ packageManager: 'pnpm' }, '--package-manager pnpm'],
  ])('says for %j %s', (change, expected) => {
    expect(replay(change)).toContain(expected);
  });

  it('A57 never says the connection string', () => {
    expect(replay({ databaseUri: 'mongodb://ada:hunter2@host/chat' })).toBe(replay({}));
  });

  it('comes back as the same answers through a shell and our own command line', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((value) => !/[\0\n\r]/.test(value));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 65_535 }), (description, port) => {
        const argv = words(replay({ description, port })).slice(2);
        const parsed = parseCommandLine(argv, []);
        if (parsed.kind !== 'create') expect.unreachable(parsed.text);
        const { flags } = parsed;
        expect(flags.description ?? DEFAULTS.description).toBe(description);
        expect(flags.port ?? DEFAULTS.port).toBe(port);
      }),
      { numRuns: 50 },
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
      .filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(word, (value) => {
        expect(words(quote(value))).toEqual([value]);
      }),
      { numRuns: 50 },
    );
  });
});
