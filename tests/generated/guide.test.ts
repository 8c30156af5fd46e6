import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { listFeatures } from '../../src/index.ts';
import { GUIDE, guideCommands, writeGuide } from '../support/guide.ts';
import { workingCopy } from '../support/installation.ts';
import { copyOf } from '../support/project.ts';
import { standardProject } from './demo.ts';

it('the guide to a new feature, followed to the letter: it is offered, checked and works', async () => {
  const clone = workingCopy();
  const files = writeGuide(clone, GUIDE);
  expect(files.length).toBeGreaterThan(5);
  const { all: output } = await execa('bash', ['-euxo', 'pipefail', '-c', guideCommands(GUIDE)], {
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
  const help = ['bin/create-chat-backend.js', 'help', 'features'];
  expect((await execa('node', help, { cwd: clone })).stdout).toMatch(/\bping\b/);
});

it('the guide in a project, followed to the letter: a feature, and a field of messages', async () => {
  const project = copyOf(standardProject().directory);
  const guide = join(project.directory, 'docs/add-a-feature.md');
  expect(writeGuide(project.directory, guide)).toHaveLength(6);
  const { all: output } = await execa('bash', ['-euxo', 'pipefail', '-c', guideCommands(guide)], {
    cwd: project.directory,
    env: { NO_COLOR: '1' },
    all: true,
    stdin: 'ignore',
  });
  expect(output).toMatch(/Tests\s+\d+ passed/);
  expect(output).toMatch(/✓ tests\/features\/statistics.test.ts/);
  expect(output).toMatch(/✓ tests\/features\/language.test.ts/);
});
