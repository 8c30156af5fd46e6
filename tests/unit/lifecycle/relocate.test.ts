import { describe, expect, it } from 'vitest';
import { Placement } from '../../../src/lifecycle/moves.ts';
import { relocate } from '../../../src/lifecycle/relocate.ts';
import type { Moves, Relocated, Tree } from '../../../src/lifecycle/types.ts';

type Texts = Readonly<Record<string, string>>;

const RELEASE = {
  moved: { 'old/': 'new/', 'old/index.ts': 'new.ts' },
  split: { 'old/limits.ts': ['limits.ts', 'tuning.ts'] },
};

function tree(files: Texts): Tree {
  const entries = Object.entries(files);
  return new Map(entries.map(([path, text]) => [path, { bytes: Buffer.from(text), mode: 0o644 }]));
}

function texts(files: Tree): Texts {
  return Object.fromEntries([...files].map(([path, { bytes }]) => [path, bytes.toString()]));
}

interface Situation {
  readonly base: Texts;
  readonly target: Texts;
  readonly project: Texts;
  readonly ownMoves?: Texts;
  readonly release?: Partial<Moves>;
  readonly links?: readonly string[];
}

function relocated({ base, target, project, ownMoves = {}, ...more }: Situation): Relocated {
  const { release = RELEASE, links = [] } = more;
  const side = { version: '1.0.0', templates: '0'.repeat(16) };
  return relocate({
    base: { ...side, tree: tree(base) },
    target: { ...side, version: '2.0.0', tree: tree(target), policies: new Map() },
    project: { files: tree(project), links: new Set(links), directories: new Set() },
    ownMoves,
    placement: new Placement([release]),
  });
}

const BASE = { 'old/a.ts': `import './index.ts';\n`, 'old/index.ts': '1\n', 'app.ts': '' };
const TARGET = { 'new/a.ts': `import '../new.ts';\n`, 'new.ts': '1\n', 'app.ts': '' };

describe('L24 base and project after moves', () => {
  it('stand at the new places, and name each other there', () => {
    const project = {
      ...BASE,
      'app.ts': `import './old/a.ts';\n`,
      'old/mine.ts': `import './a.ts';`,
    };
    const { base, project: yours, origins } = relocated({ base: BASE, target: TARGET, project });
    expect(texts(base)).toEqual(TARGET);
    expect(texts(yours)).toEqual({
      ...TARGET,
      'app.ts': `import './new/a.ts';\n`,
      'new/mine.ts': `import './a.ts';`,
    });
    expect(Object.fromEntries(origins)).toEqual({
      'new/a.ts': 'old/a.ts',
      'new.ts': 'old/index.ts',
      'new/mine.ts': 'old/mine.ts',
    });
  });

  it('of files that become one the most similar goes on, and imports of the others follow', () => {
    const base = { 'clock.ts': 'a\nb\n', 'timers.ts': 'c\n', 'old/x.ts': '' };
    const release = { moved: { 'clock.ts': 'time.ts', 'timers.ts': 'time.ts' } };
    const target = { 'time.ts': 'a\nb\nc\n', 'old/x.ts': '' };
    const project = { ...base, 'mine.ts': `import './timers.ts';` };
    const found = relocated({ base, target, project, release });
    expect(texts(found.base)).toMatchObject({ 'time.ts': 'a\nb\n' });
    expect(texts(found.project)['mine.ts']).toBe(`import './time.ts';`);
    expect(found.changes).toEqual([{ path: 'timers.ts', action: 'delete', conflicts: 0 }]);
    const edited = { ...project, 'timers.ts': 'c\nmine\n' };
    expect(relocated({ base, target, project: edited, release }).changes).toMatchObject([
      { path: 'timers.ts', action: 'conflict', reason: expect.stringContaining('time.ts') },
    ]);
  });

  it('stay as they are without moves', () => {
    const project = { ...BASE, 'old/mine.ts': '' };
    const request = { base: BASE, target: BASE, project, release: {} };
    const { base, project: yours, origins, settled } = relocated(request);
    expect([texts(base), texts(yours)]).toEqual([BASE, project]);
    expect([origins.size, settled.size]).toEqual([0, 0]);
  });

  it('what the target has no more stays at its place, and its neighbours go', () => {
    const { 'new/a.ts': _a, ...target } = TARGET;
    const { base } = relocated({ base: BASE, target, project: BASE });
    expect(texts(base)).toEqual({ ...target, 'old/a.ts': `import '../new.ts';\n` });
  });

  it('a file of the owner is in no way: both stay, as a conflict', () => {
    const project = { ...BASE, 'new/a.ts': 'mine\n', 'app.ts': `import './old/a.ts';\n` };
    const { changes, settled, project: yours } = relocated({ base: BASE, target: TARGET, project });
    expect(changes).toEqual([
      {
        path: 'old/a.ts',
        action: 'conflict',
        conflicts: 1,
        reason: 'new/a.ts, where it belongs now, is yours: put one of them elsewhere',
      },
    ]);
    expect([...settled]).toEqual(['old/a.ts', 'new/a.ts']);
    expect(texts(yours)).toMatchObject({
      'new/a.ts': 'mine\n',
      'app.ts': `import './old/a.ts';\n`,
    });
  });

  it('a link where a file comes is in the way as well', () => {
    const request = { base: BASE, target: TARGET, project: BASE, links: ['new/a.ts'] };
    expect(relocated(request).changes).toMatchObject([{ path: 'old/a.ts', action: 'conflict' }]);
  });

  it('a file of the owner stays where something is at its new place', () => {
    const project = { ...BASE, 'old/mine.ts': '1', 'new/mine.ts': '2', 'old/b.ts': '3' };
    const target = { ...TARGET, 'new/b.ts': 'of the template' };
    expect(texts(relocated({ base: BASE, target, project }).project)).toMatchObject({
      'old/mine.ts': '1',
      'new/mine.ts': '2',
      'old/b.ts': '3',
    });
  });

  it('L26 what the owner moved stays there, and is known by its new name in the templates', () => {
    const { 'old/a.ts': a, ...others } = BASE;
    const project = { ...others, 'lib/a.ts': a, 'app.ts': `import './lib/a.ts';` };
    const ownMoves = { 'old/a.ts': 'lib/a.ts' };
    const found = relocated({ base: BASE, target: TARGET, project, ownMoves });
    expect(found.ownMoves).toEqual({ 'new/a.ts': 'lib/a.ts' });
    expect(texts(found.project)).toMatchObject({ 'app.ts': `import './lib/a.ts';` });
    expect(texts(found.base)).toMatchObject({ 'new/a.ts': `import '../new.ts';\n` });
  });

  it('L26 what the owner moved to its new place before is no move any more', () => {
    const { 'old/a.ts': a, ...others } = BASE;
    const ownMoves = { 'old/a.ts': 'new/a.ts' };
    const project = { ...others, 'new/a.ts': a };
    expect(relocated({ base: BASE, target: TARGET, project, ownMoves }).ownMoves).toEqual({});
  });
});

const LIMITS = 'head\n// rules\nrule 1\nrule 2\n// numbers\nnumber 1\nnumber 2\nnumber 3\ntail\n';
const PARTS = {
  'limits.ts': 'head\n// rules\nrule 1\nrule 2\n',
  'tuning.ts': '// numbers\nnumber 1\nnumber 2\nnumber 3\ntail\n',
};

describe('L25 a split file', () => {
  const split = (yours: string | undefined, more: Partial<Situation> = {}): Relocated =>
    relocated({
      base: { 'old/limits.ts': LIMITS },
      target: PARTS,
      project: yours === undefined ? {} : { 'old/limits.ts': yours },
      ...more,
    });
  const written = ({ changes }: Relocated): Texts =>
    Object.fromEntries(
      changes.flatMap(({ path, file }) => (file ? [[path, file.bytes.toString()]] : [])),
    );
  const summary = ({ changes }: Relocated): readonly unknown[] =>
    changes.map(({ path, action, conflicts }) => [action, path, conflicts]);

  it('is taken apart as it is where nobody edited it', () => {
    const found = split(LIMITS);
    expect(written(found)).toEqual(PARTS);
    expect(summary(found)).toEqual([
      ['delete', 'old/limits.ts', 0],
      ['create', 'limits.ts', 0],
      ['create', 'tuning.ts', 0],
    ]);
    expect([...found.settled]).toEqual(['old/limits.ts', 'limits.ts', 'tuning.ts']);
  });

  it('edited in each part: each has its own edit, and none is a conflict', () => {
    const yours = LIMITS.replace('rule 2', 'my rule').replace('number 3', 'my number');
    const found = split(yours);
    expect(written(found)).toEqual({
      'limits.ts': PARTS['limits.ts'].replace('rule 2', 'my rule'),
      'tuning.ts': PARTS['tuning.ts'].replace('number 3', 'my number'),
    });
    expect(summary(found).every((change) => (change as unknown[])[2] === 0)).toBe(true);
  });

  it('edited where the template changed a part: a conflict in that part only', () => {
    const target = { ...PARTS, 'tuning.ts': PARTS['tuning.ts'].replace('number 2', 'other') };
    const found = split(LIMITS.replace('number 2', 'my number'), { target });
    expect(written(found)['limits.ts']).toBe(PARTS['limits.ts']);
    expect(written(found)['tuning.ts']).toContain(
      '<<<<<<< yours\nmy number\n||||||| 1.0.0\nnumber 2\n=======\nother\n>>>>>>> 2.0.0\n',
    );
    expect(summary(found)).toContainEqual(['conflict', 'tuning.ts', 1]);
  });

  it('an edit of what no part has any more is a conflict of the first one', () => {
    const target = { 'limits.ts': 'head\n', 'tuning.ts': 'tail\n' };
    const found = split(LIMITS.replace('number 2', 'my number'), { target });
    expect(written(found)['limits.ts']).toContain('my number');
    expect(summary(found)).toContainEqual(['conflict', 'limits.ts', 1]);
    expect(summary(found)).toContainEqual(['merge', 'tuning.ts', 0]);
  });

  it('a part where the owner has a file of another kind leaves all as it is', () => {
    const found = split(LIMITS, { project: { 'old/limits.ts': LIMITS, 'tuning.ts': 'mine' } });
    expect(summary(found)).toEqual([['conflict', 'old/limits.ts', 1]]);
  });

  it('deleted by its owner it stays away', () => {
    expect(summary(split(undefined))).toEqual([['keep', 'old/limits.ts', 0]]);
  });

  it('goes on in CRLF and with its mode', () => {
    const yours = LIMITS.replace('rule 2', 'my rule').replaceAll('\n', '\r\n');
    expect(written(split(yours))['limits.ts']).toBe(
      PARTS['limits.ts'].replace('rule 2', 'my rule').replaceAll('\n', '\r\n'),
    );
  });
});
