import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOURNAL } from '../../src/write/target.ts';
import { command } from '../support/command.ts';
import { quickScratch, treeOf } from '../support/scratch.ts';

// Root may do everything, so that modes mean nothing: the command runs as nobody.
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

// A process that has ended, as far as anybody can tell: beyond the highest id of Linux.
const DEAD = { pid: 4_194_305, thread: 0, began: 1, temporaryFile: `${JOURNAL}.0123456789ab` };
const JOURNAL_OF_NOTHING = JSON.stringify({ ...DEAD, directories: [], steps: [] });

interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'pipe';
  readonly text: string;
  readonly target: string;
  readonly mode: number;
}

// The command is started in `here`; `outside` is where links lead to.
const PATHS = [
  'outside',
  'outside/secret',
  'here/My-App',
  'here/link',
  'here/other',
  'here/other/my-app',
  'here/.my-app.create-0123456789ab',
  'here/my-app',
  ...[
    '.env',
    '.git',
    '.git/HEAD',
    '.gitignore',
    'LICENSE',
    'README.md',
    'docs',
    'notes.txt',
    'package.json',
    'src',
    'src/backend',
    'src/contract/index.ts',
    JOURNAL,
    DEAD.temporaryFile,
  ].map((name) => `here/my-app/${name}`),
];

const IGNORED = 'here/my-app/.gitignore';

const TEXTS = [
  '',
  'mine',
  'mine\r\nnode_modules/\n',
  '{"name":"mine"}',
  JOURNAL_OF_NOTHING,
  JSON.stringify({
    ...DEAD,
    directories: ['src/x'],
    steps: [{ path: 'src/secret', hash: 'x', backup: 'docs/secret' }],
  }),
];

const entry: fc.Arbitrary<Entry> = fc.record({
  path: fc.constantFrom(...PATHS),
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('file' as const) },
    { weight: 4, arbitrary: fc.constant('directory' as const) },
    { weight: 2, arbitrary: fc.constant('link' as const) },
    { weight: 1, arbitrary: fc.constant('pipe' as const) },
  ),
  text: fc.constantFrom(...TEXTS),
  target: fc.constantFrom('.', 'nowhere', '../outside', '../../outside', 'my-app', 'README.md'),
  mode: fc.constantFrom(0o644, 0o755, 0o600, 0o700, ...(isRoot ? [0o444, 0o555, 0o000] : [])),
});

const argv: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    fc.constantFrom(
      'my-app',
      'my-app/',
      'other/my-app',
      'a/b/my-app',
      'link/my-app',
      './my-app/../my-app',
    ),
    fc.subarray([
      '--on-conflict=keep',
      '--on-conflict=overwrite',
      '--force',
      '--dry-run',
      '--json',
      '--quiet',
      '--features=none',
      '--no-such-flag',
      '--git',
    ]),
  )
  .map(([directory, flags]) => [
    directory,
    ...flags,
    ...(flags.includes('--git') ? [] : ['--no-git']),
    '--yes',
    '--no-install',
  ]);

const isJournal = (name: string): boolean => name === JOURNAL || name === DEAD.temporaryFile;

/** Makes the tree as far as its entries fit each other. */
function plant(entries: readonly Entry[]): string {
  const base = quickScratch();
  mkdirSync(join(base, 'here'));
  const modes: (() => void)[] = [() => chmodSync(base, 0o755)];
  for (const { path, kind, text, target, mode } of entries) {
    const place = join(base, path);
    try {
      mkdirSync(dirname(place), { recursive: true });
      if (realpathSync(dirname(place)) !== dirname(place)) continue;
      if (kind === 'directory') mkdirSync(place);
      else if (kind === 'link') symlinkSync(target, place);
      else if (kind === 'pipe') execFileSync('mkfifo', [place], { stdio: 'ignore' });
      else writeFileSync(place, text, { flag: 'wx' });
      if (kind !== 'link')
        modes.push(() => chmodSync(place, kind === 'directory' ? mode | 0o100 : mode));
    } catch {
      // Something else is there already, or in the way.
    }
  }
  for (const path of isRoot ? ['', ...Object.keys(treeOf(base))] : [])
    lchownSync(join(base, path), NOBODY, NOBODY);
  for (const setMode of modes) setMode();
  return base;
}

async function expectHarmless(entries: readonly Entry[], args: readonly string[]): Promise<void> {
  const base = plant(entries);
  const before = treeOf(base);
  const hasIgnored = before[IGNORED]?.startsWith('file');
  const ignored = hasIgnored ? readFileSync(join(base, IGNORED), 'utf8') : undefined;
  const cwd = join(base, 'here');
  const outcome = await command(args, { cwd, ...(isRoot && { uid: NOBODY }) });
  const after = treeOf(base);
  const context = JSON.stringify({ args, entries, outcome });
  expect([0, 2, 3, 4, 5], context).toContain(outcome.code);
  const isMade = outcome.code === 0 || outcome.code === 5;
  if (isMade && !args.includes('--dry-run'))
    expectKept({ base, before, after, args, ignored, context });
  else expect(after, context).toEqual(unlessFollowed(before, after, args));
  rmSync(base, { recursive: true });
}

/**
 * The tree as it was. Where it is allowed, the journal of a dead run is followed to its end and gone,
 * also when something else is in the way of the new one.
 */
function unlessFollowed(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  args: readonly string[],
): Readonly<Record<string, string>> {
  const isAllowed = args.some((flag) => /force|conflict/.test(flag)) && !args.includes('--dry-run');
  const isFollowed = (path: string): boolean =>
    isAllowed && isJournal(basename(path)) && !(path in after);
  return Object.fromEntries(Object.entries(before).filter(([path]) => !isFollowed(path)));
}

interface Compared {
  readonly base: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** What a `.gitignore` of the project held; it may be extended. */
  readonly ignored: string | undefined;
  readonly context: string;
}

function expectKept({ base, before, after, args, ignored, context }: Compared): void {
  const replaces = args.some((flag) => /force|overwrite/.test(flag));
  const project = relative(base, realpathSync(join(base, 'here', args[0]!)));
  for (const [path, state] of Object.entries(before)) {
    if (after[path] === state) continue;
    expect(path.startsWith(`${project}/`), `${path} ${context}`).toBe(true);
    const name = path.slice(project.length + 1);
    // The journal of a dead run is followed to its end.
    if (isJournal(name)) continue;
    if (name === '.gitignore' && ignored !== undefined && after[path]?.startsWith('file')) {
      expect(readFileSync(join(base, path), 'utf8').startsWith(ignored), context).toBe(true);
      continue;
    }
    expect(replaces, `${path} ${context}`).toBe(true);
    const backup = Object.keys(after).find((other) => other.startsWith(`${path}.bak-`));
    expect(after[backup ?? ''], `${path} ${context}`).toBe(state);
  }
  for (const path of Object.keys(after)) {
    if (path in before) continue;
    const isOurs = path.startsWith(`${project}/`) || `${project}/`.startsWith(`${path}/`);
    expect(isOurs, `${path} ${context}`).toBe(true);
  }
}

const file = { kind: 'file', target: '.', mode: 0o644 } as const;

// Found by chance: an empty list, which is extended like any other.
const NOTHING_IGNORED: [Entry[], readonly string[]] = [
  [{ ...file, path: IGNORED, text: '' }],
  ['my-app', '--no-git', '--yes', '--no-install'],
];

// Found by chance: the same, which nobody may write to.
const IGNORED_FOR_GOOD: [Entry[], readonly string[]] = [
  [{ ...file, path: IGNORED, text: '', mode: 0o444 }],
  ['my-app', '--no-git', '--yes', '--no-install'],
];

// Found by chance: a journal to follow, and then a file where a directory has to be.
const DEAD_RUN_IN_THE_WAY: [Entry[], readonly string[]] = [
  [
    { ...file, path: 'here/my-app/docs', text: '' },
    { ...file, path: `here/my-app/${JOURNAL}`, text: JOURNAL_OF_NOTHING },
  ],
  ['my-app', '--on-conflict=overwrite', '--no-git', '--yes', '--no-install'],
];

describe('P3 any tree, any command line', () => {
  it('P3 nothing outside the project changes, and nothing is lost', async () => {
    const situation = fc.tuple(fc.array(entry, { maxLength: 12 }), argv);
    await fc.assert(
      fc.asyncProperty(fc.array(situation, { minLength: 1, maxLength: 4 }), async (situations) => {
        await Promise.all(situations.map(([entries, args]) => expectHarmless(entries, args)));
      }),
      {
        numRuns: 40,
        examples: [[[DEAD_RUN_IN_THE_WAY]], [[NOTHING_IGNORED]], [[IGNORED_FOR_GOOD]]],
      },
    );
  }, 300_000);
});
