import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { copyOf } from '../support/project.ts';
import { startReplicaSet, type ReplicaSet } from '../support/replica-set.ts';
import { createPublicGroup, enterAsGuest, joinGroup, shown, write } from './demo.ts';

const ROUNDS = 3;
const EACH = 8; // messages a page writes before the kill, and as many after it

/** The server as a process of its own, so that it and nothing else can be killed. */
async function startServer(cwd: string, uri: string, port: string) {
  const args = ['--import', 'tsx', '--env-file=.env', 'src/main.ts'];
  const limits = { RATE_LIMIT_FACTOR: '10' };
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...limits, MONGODB_URI: uri, PORT: port, NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  for (;;) {
    const [line] = (await once(lines, 'line')) as [string];
    const found = /"msg":"listening"/.test(line) && /"port":(\d+)/.exec(line)?.[1];
    if (found) return { child, port: found };
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a server that is killed in the middle of a conversation', () => {
  const { directory } = copyOf(inject('standardProject'));
  let mongod: ReplicaSet;
  let browser: Browser;
  let server: ChildProcess;

  beforeAll(async () => {
    [mongod, browser] = await Promise.all([startReplicaSet(directory), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await kill(server);
    await mongod.stop();
  });

  it('what two pages write meanwhile arrives once and in order, in both and in the database', async () => {
    let port = '0';
    ({ child: server, port } = await startServer(directory, mongod.uri, port));
    const url = `http://127.0.0.1:${port}/demo`;
    const { page: one } = await openPage(browser, url);
    const { page: two } = await openPage(browser, url);
    await enterAsGuest(one);
    await enterAsGuest(two);
    await createPublicGroup(one, 'Lobby');
    await joinGroup(two, 'Lobby');

    const written: [string[], string[]] = [[], []];
    const writeSome = async (page: Page, own: string[]): Promise<void> => {
      for (let count = 0; count < EACH; count += 1) {
        const text = `${own === written[0] ? 'one' : 'two'} ${own.length + 1}.`;
        own.push(text);
        await write(page, text);
      }
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      // In the middle: some are stored, some are on their way, some are not sent yet.
      const writing = [writeSome(one, written[0]), writeSome(two, written[1])];
      await writing[0];
      await kill(server);
      await Promise.all(writing);
      await one.getByText('Connection lost').waitFor();
      await Promise.all([writeSome(one, written[0]), writeSome(two, written[1])]);
      ({ child: server } = await startServer(directory, mongod.uri, port));
      for (const page of [one, two]) {
        await page.getByText('Connection lost').waitFor({ state: 'detached' });
        await page.locator('.waiting').first().waitFor({ state: 'detached', timeout: 60_000 });
      }
    }

    const all = written.flat();
    for (const page of [one, two])
      await expect.poll(async () => (await shown(page)).length).toBe(all.length);
    const order = await shown(one);
    expect(await shown(two)).toEqual(order);
    expect(order.toSorted()).toEqual(all.toSorted());
    for (const own of written) expect(order.filter((text) => own.includes(text))).toEqual(own);
    const stored = await storedMessages(one);
    expect(stored.map(({ content }) => content)).toEqual(order);
    expect(stored.map(({ seq }) => seq)).toEqual(order.map((_text, index) => index + 1));
  });
});

/** What the API has of the open conversation of a page. */
function storedMessages(page: Page): Promise<{ seq: number; content: string }[]> {
  return page.evaluate(`(async () => {
    const { accessToken } = JSON.parse(sessionStorage.getItem('session'));
    const headers = { authorization: 'Bearer ' + accessToken };
    const path = '/v1/conversations/' + location.hash.slice(1) + '/messages?limit=100&after=0';
    return (await (await fetch(path, { headers })).json()).items;
  })()`);
}
