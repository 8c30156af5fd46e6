import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL, recover } from '../../src/journal.ts';
import { cleanUp } from '../../src/write.ts';
import { scratch } from '../support/scratch.ts';

// A process that has ended, as far as anybody can tell: beyond the highest id of Linux.
const DEAD = 4_194_305;

let root: string;
beforeEach(() => {
  root = join(scratch(), 'my-app');
  mkdirSync(root);
});

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function leave(journal: unknown): void {
  writeFileSync(
    join(root, JOURNAL),
    typeof journal === 'string' ? journal : JSON.stringify(journal),
  );
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
    leave({
      pid: DEAD,
      directories: ['src'],
      steps: [
        { path: 'src/made.ts', hash: hashOf('made') },
        { path: 'src/never-made.ts', hash: hashOf('x') },
        { path: 'replaced.json', hash: hashOf('new'), backup: 'replaced.json.bak-1' },
        { path: 'not-yet-replaced', hash: hashOf('new'), backup: 'not-yet-replaced.bak-1' },
        { path: '.gitignore', hash: hashOf('mine\nours\n'), length: 5 },
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
      pid: DEAD,
      directories: [],
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

  it('undoes nothing unless it is allowed, or while that run is alive', async () => {
    const journal = { pid: DEAD, directories: [], steps: [] };
    leave(journal);
    await expect(recover(root, false)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    leave({ ...journal, pid: process.pid });
    await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    expect(existsSync(join(root, JOURNAL))).toBe(true);
  });

  it('takes a journal that was never finished for a run that did nothing', async () => {
    leave('{"pid":12,"dir');
    expect(await recover(root, true)).toBe(true);
    expect(readdirSync(root)).toEqual([]);
  });

  it.each(['../outside', '/outside', 'a/../../outside', '..\\outside', '.git/config'])(
    'follows no path that leads to %s',
    async (path) => {
      const outside = join(root, '../outside');
      writeFileSync(outside, 'mine');
      for (const step of [
        { path, hash: hashOf('mine') },
        { path: 'x', hash: 'x', backup: path },
      ]) {
        leave({ pid: DEAD, directories: [], steps: [step] });
        await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
      }
      leave({ pid: DEAD, directories: [path], steps: [] });
      await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
      expect(readFileSync(outside, 'utf8')).toBe('mine');
    },
  );

  it('takes nothing from a journal of another shape', async () => {
    for (const journal of ['null', '[]', '{"steps":{}}', '{"pid":1}']) {
      leave(journal);
      await expect(recover(root, true)).rejects.toMatchObject({ code: 'TARGET_IN_THE_WAY' });
    }
  });
});

describe('cleanUp', () => {
  it('says when it fails, and keeps both reasons', async () => {
    const first = new Error('no room');
    const second = new Error('not allowed');
    await expect(cleanUp(first, '/place', () => Promise.reject(second))).rejects.toMatchObject({
      code: 'FILE_SYSTEM',
      message: 'writing failed, and what was written could not be removed: /place',
      cause: { errors: [first, second] },
    });
  });
});
