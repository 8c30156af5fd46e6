import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { listFeatures } from '../../src/index.ts';
import { guideCommands, writeGuide } from '../support/guide.ts';
import { workingCopy } from '../support/installation.ts';

it('the guide to a new feature, followed to the letter: it is offered, checked and works', async () => {
  const clone = workingCopy();
  const files = writeGuide(clone);
  expect(files.length).toBeGreaterThan(5);
  const { all: output } = await execa('bash', ['-euxo', 'pipefail', '-c', guideCommands()], {
    cwd: clone,
    env: { NO_COLOR: '1', GIT_AUTHOR_NAME: 'Test', GIT_COMMITTER_NAME: 'Test' },
    all: true,
    stdin: 'ignore',
  });
  expect(output).toMatch(/Tests\s+\d+ passed/);
  expect(output).toMatch(/--features ping /);

  const inProject = files.flatMap((path) => /^templates\/ping\/files\/(.+)/.exec(path)?.[1] ?? []);
  const missing = inProject.filter((path) => !existsSync(join(clone, '../ping-app', path)));
  expect(missing).toEqual([]);

  const built = pathToFileURL(join(clone, 'dist/index.js')).href;
  const library = (await import(built)) as { readonly listFeatures: typeof listFeatures };
  expect(library.listFeatures().map(({ name }) => name)).toContain('ping');
  const help = await execa('node', ['bin/create-chat-backend.js', '--help'], { cwd: clone });
  expect(help.stdout).toMatch(/\bping\b/);
});
