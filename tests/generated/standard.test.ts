import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { documentsOf, operationsOf } from '../support/documents.ts';
import { copyOf } from '../support/project.ts';
import { startReplicaSet } from '../support/replica-set.ts';
import { scratch } from '../support/scratch.ts';
import {
  createPublicGroup,
  enterAsGuest,
  joinGroup,
  say,
  seen,
  shown,
  standardProject,
} from './demo.ts';

describe('a project made with --yes', () => {
  const project = standardProject();

  it('passes its own check: types, lint, format, unused code', async () => {
    await project.run('check');
  });

  it('its check of unused code passes in a directory with brackets, too', async () => {
    const copy = copyOf(project.directory, 'a (b) [c]/my-app');
    await expect(copy.run('check:unused')).resolves.not.toContain('Unused');
  });

  it('S38 passes its own tests on a real MongoDB, which see everything that it documents', async () => {
    const list = join(scratch(), 'operations');
    const output = await project.run('test', { SEEN_OPERATIONS: list });
    expect(output).toMatch(/Tests\s+\d+ passed/);
    const operations = new Set(readFileSync(list, 'utf8').split('\n'));
    const documented = operationsOf(await documentsOf(project.directory));
    expect(documented.filter((name) => !operations.has(name))).toEqual([]);
  });

  it('is committed, and npm run format changes nothing', async () => {
    await project.run('format');
    const status = await execa('git', ['status', '--porcelain'], { cwd: project.directory });
    expect(status.stdout).toBe('');
  });

  it('builds, sets up a database and serves it in production', async () => {
    await project.run('build');
    const mongod = await startReplicaSet(project.directory);
    const environment = { MONGODB_URI: mongod.uri, NODE_ENV: 'production', PORT: '0' };
    await expect(project.run('start', environment)).rejects.toThrow(/npm run db:setup/);
    await project.run('db:setup', environment);
    const server = await project.start('start', /"port":(\d+)/, environment);
    const answer = await fetch(`http://127.0.0.1:${server.match[1]}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    await server.stop();
    expect(server.output()).toContain('"msg":"stopped"');
    await mongod.stop();
  });

  describe('npm run dev, with no MongoDB installed', () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(async () => {
      await browser.close();
    });

    it('lets two pages talk, and has the history after a restart', async () => {
      const environment = { PORT: '0' };
      const address = /http:\/\/\S+\/demo/;
      let server = await project.start('dev', address, environment);
      const url = server.match[0];
      const one = await openPage(browser, url);
      const two = await openPage(browser, url);
      await enterAsGuest(one.page);
      await enterAsGuest(two.page);
      await createPublicGroup(one.page, 'Lobby');
      await joinGroup(two.page, 'Lobby');
      await say(one.page, 'hello from the first page');
      await seen(two.page, 'hello from the first page');
      await say(two.page, 'hello from the second page');
      await seen(one.page, 'hello from the second page');
      expect([...one.errors, ...two.errors]).toEqual([]);

      await server.stop();
      server = await project.start('dev', address, { PORT: new URL(url).port });
      await one.page.reload();
      await one.page.getByRole('button', { name: 'Lobby' }).click();
      await seen(one.page, 'hello from the second page');
      expect(await shown(one.page)).toEqual([
        'hello from the first page',
        'hello from the second page',
      ]);
      await server.stop();
    });
  });
});
