import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Release } from '../../src/lifecycle/types.ts';
import { scratch } from '../support/scratch.ts';

const ROOT = join(import.meta.dirname, '../..');
const RELEASES = JSON.parse(
  readFileSync(join(ROOT, 'templates/releases.json'), 'utf8'),
) as Release[];

/** What the script says of releases whose last entry is changed. */
async function judge(change: (last: Release) => object = () => ({})): Promise<{
  readonly code: number | undefined;
  readonly all: string;
}> {
  const file = join(scratch(), 'releases.json');
  const last = RELEASES.at(-1)!;
  writeFileSync(file, JSON.stringify([...RELEASES.slice(0, -1), { ...last, ...change(last) }]));
  const args = ['scripts/releases.js', '--releases', file];
  const { exitCode: code, all } = await execa('node', args, {
    cwd: ROOT,
    all: true,
    reject: false,
  });
  return { code, all };
}

describe('releases.json', () => {
  it('says where every file of the last published version is now', async () => {
    expect(await judge()).toEqual({
      code: 0,
      all: expect.stringMatching(/^every file of \S+ has its place in \S+$/) as string,
    });
  });

  it('is refused for whatever it says wrong or does not say', async () => {
    const { code, all } = await judge(({ moved, gone = [] }) => ({
      moved: {
        ...moved,
        'src/main.ts': 'src/start.ts',
        'src/nothing.ts': 'src/main.ts',
        'src/app.ts': 'src/contract/index.ts',
      },
      gone: [...gone.slice(1), 'src/backend/feature.ts'],
      features: { base: ['base', 'nothing'] },
    }));
    const problems = [
      `${RELEASES.at(-1)?.gone?.[0]} is gone, and no release says so`,
      'src/main.ts is gone, and no release says so',
      'src/start.ts is where something moved, and is not there',
      'src/nothing.ts moved, and was not there in ',
      'both come to src/contract/index.ts',
      'src/backend/feature.ts is said to be gone, and is there',
      'nothing is no feature',
    ];
    for (const problem of problems) expect(all).toContain(problem);
    expect(code).toBe(1);
  });

  it('gets proposals for what it lacks', async () => {
    const { all } = await judge(() => ({ moved: {}, split: {} }));
    expect(all).toContain('"src/configs/start-error.ts": "src/platform/errors/start-error.ts"');
  });
});
