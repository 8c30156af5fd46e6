import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL } from '../../../src/write/target.ts';
import { recover } from '../../../src/write/recover.ts';
import { cleanUp } from '../../../src/write/errors.ts';
import { scratch } from '../../support/scratch.ts';

// A process that has ended, as far as anybody can tell: beyond the highest id of Linux.
const DEAD = 4_194_305;

const TEMPORARY = `${JOURNAL}.0123456789ab`;

const UNDONE = {
  pid: DEAD,
  thread: 0,
  began: 1,
  temporaryFile: TEMPORARY,
  directories: [],
  steps: [],
};

let root: string;
beforeEach(() => {
  root = join(scratch(), 'my-app');
  mkdirSync(root);
});

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Leaves a journal that was written so many minutes ago. */
function leave(journal: unknown, minutes = 0): void {
  const text = typeof journal === 'string' ? journal : JSON.stringify(journal);
  writeFileSync(join(root, JOURNAL), text);
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(join(root, JOURNAL), then, then);
}

async function expectRefused(): Promise<void> {
  await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
  expect(existsSync(join(root, JOURNAL))).toBe(true);
}

describe('recover', () => {
  it('has nothing to do without a journal', async () => {
    expect(await recover(root, true)).toBe(false);
  });

  it('removes what was made, brings back what was replaced, cuts what was appended', async () => {
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'src/made.ts'), 'made');
    writeFileSync(join(root, 'replaced.json'), 'new');
    writeFileSync(join(root, 'replaced.json.bak-1'), 'old');
    writeFileSync(join(root, '.gitignore'), 'mine\nours\n');
    writeFileSync(join(root, TEMPORARY), 'half a fi');
    leave({
      ...UNDONE,
      directories: ['src'],
      steps: [
        { path: 'src/made.ts', hash: hashOf('made') },
        { path: 'src/never-made.ts', hash: hashOf('x') },
        { path: 'replaced.json', hash: hashOf('new'), backup: 'replaced.json.bak-1' },
        { path: 'not-yet-replaced', hash: hashOf('new'), backup: 'not-yet-replaced.bak-1' },
        { path: '.gitignore', hash: hashOf('mine\n'), length: 5, appendedLines: 'ours\n' },
      ],
    });
    writeFileSync(join(root, 'not-yet-replaced'), 'old');
    expect(await recover(root, true)).toBe(true);
    expect(readdirSync(root).toSorted()).toEqual([
      '.gitignore',
      'not-yet-replaced',
      'replaced.json',
    ]);
    expect(readFileSync(join(root, 'replaced.json'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, 'not-yet-replaced'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('mine\n');
  });

  it('leaves what somebody changed since', async () => {
    writeFileSync(join(root, 'made.ts'), 'edited');
    writeFileSync(join(root, 'replaced.json'), 'edited');
    writeFileSync(join(root, 'replaced.json.bak-1'), 'old');
    leave({
      ...UNDONE,
      steps: [
        { path: 'made.ts', hash: hashOf('made') },
        { path: 'replaced.json', hash: hashOf('new'), backup: 'replaced.json.bak-1' },
      ],
    });
    await recover(root, true);
    expect(readdirSync(root).toSorted()).toEqual([
      'made.ts',
      'replaced.json',
      'replaced.json.bak-1',
    ]);
    expect(readFileSync(join(root, 'made.ts'), 'utf8')).toBe('edited');
  });

  it.each([
    ['mine\nou', 'mine\n'],
    ['mine\nours\nand', 'mine\nours\nand'],
    ['min', 'min'],
    ['edited\nours\n', 'edited\nours\n'],
  ])('takes %j, to which lines were appended, for %j', async (left, undone) => {
    writeFileSync(join(root, '.gitignore'), left);
    const step = { path: '.gitignore', hash: hashOf('mine\n'), length: 5, appendedLines: 'ours\n' };
    leave({ ...UNDONE, steps: [step] });
    await recover(root, true);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe(undone);
  });

  it('undoes nothing unless it is allowed, or while that run may be alive', async () => {
    leave(UNDONE);
    await expect(recover(root, false)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    leave({ ...UNDONE, pid: process.ppid });
    await expectRefused();
    leave({ ...UNDONE, pid: process.pid, began: performance.timeOrigin });
    await expectRefused();
    leave({ ...UNDONE, pid: process.pid, thread: 1 });
    await expectRefused();
  });

  it('is not misled by another process with the id of the one that died', async () => {
    // As in a container, where the next run has the same id.
    leave({ ...UNDONE, pid: process.pid });
    expect(await recover(root, true)).toBe(true);
    leave({ ...UNDONE, pid: process.ppid }, 11);
    expect(await recover(root, true)).toBe(true);
  });

  it('takes half a journal for a run that did nothing, once it is old', async () => {
    leave('{"pid":12,"dir');
    await expectRefused();
    leave('{"pid":12,"dir', 11);
    expect(await recover(root, true)).toBe(true);
    expect(readdirSync(root)).toEqual([]);
  });

  it('refuses what is no file', async () => {
    mkdirSync(join(root, JOURNAL));
    await expectRefused();
  });

  it.each([
    '../outside',
    '/outside',
    'a/../../outside',
    '..\\outside',
    '.git/config',
    '.GIT/config',
  ])('follows no path that leads to %s', async (path) => {
    const outside = join(root, '../outside');
    writeFileSync(outside, 'mine');
    for (const step of [
      { path, hash: hashOf('mine') },
      { path: 'x', hash: 'x', backup: path },
    ]) {
      leave({ ...UNDONE, steps: [step] });
      await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    }
    leave({ ...UNDONE, directories: [path] });
    await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });

  it('follows no link out of the directory', async () => {
    const outside = join(root, '../outside');
    mkdirSync(join(outside, 'empty'), { recursive: true });
    for (const name of ['secret', 'appended']) writeFileSync(join(outside, name), 'mine');
    symlinkSync('../outside', join(root, 'way'));
    symlinkSync('../outside/appended', join(root, 'link'));
    leave({
      ...UNDONE,
      directories: ['way/empty'],
      steps: [
        { path: 'way/secret', hash: hashOf('mine') },
        { path: 'stolen', hash: 'x', backup: 'way/secret' },
        { path: 'link', hash: hashOf(''), length: 0, appendedLines: 'mine' },
        { path: 'way/appended', hash: hashOf(''), length: 0, appendedLines: 'mine' },
      ],
    });
    await recover(root, true);
    expect(readdirSync(outside).toSorted()).toEqual(['appended', 'empty', 'secret']);
    expect(readFileSync(join(outside, 'appended'), 'utf8')).toBe('mine');
    expect(readdirSync(root).toSorted()).toEqual(['link', 'way']);
  });

  it('takes nothing from a journal of another shape', async () => {
    for (const journal of ['null', '[]', '{"steps":{}}', '{"pid":1}', '{"steps":[]}']) {
      leave(journal);
      await expectRefused();
    }
  });
});

describe('cleanUp', () => {
  it('says when it fails, and keeps both reasons', async () => {
    const first = new Error('no room');
    const second = new Error('not allowed');
    const failed = cleanUp(first, () => Promise.reject(second), { place: '/place' });
    await expect(failed).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: 'writing failed, and what was written could not be removed: /place',
      cause: { errors: [first, second] },
    });
  });
});
