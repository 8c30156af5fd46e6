import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../machines/ports.ts';
import { until, type TestApp } from '../support/app.ts';
import { scratch } from '../support/own-mongod.ts';
import { chatAt, startNodes } from '../nodes/nodes.ts';

/** The project's own nginx.conf, with addresses of this machine. */
async function startNginx(nodes: readonly TestApp[]): Promise<string> {
  const folder = await scratch();
  const port = await freePort();
  const servers = nodes.map(({ url }) => `server ${new URL(url).host} fail_timeout=1s;`);
  const text = (await readFile(join(import.meta.dirname, '../../nginx.conf'), 'utf8'))
    .replaceAll('/tmp', folder)
    .replace(/server backend:3000;.*/, servers.join('\n'))
    .replace('listen 8080', `listen 127.0.0.1:${port}`);
  await writeFile(join(folder, 'nginx.conf'), text);
  const args = ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')];
  const nginx = spawn('nginx', [...args, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  nginx.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  onTestFinished(async () => {
    if (nginx.exitCode === null) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (nginx.exitCode !== null) throw new Error(`nginx: ${errors}`);
    return (await fetch(`${url}/livez`).catch(() => undefined))?.ok === true;
  });
  return url;
}

it('S37 behind the proxy of compose.nodes.yml: people on both nodes talk, and go on when one stops', async () => {
  const nodes = await startNodes(2, { TRUST_PROXY: '1' });
  const [one, two] = nodes;
  const { conversationId, users } = await one.group(8);
  const url = await startNginx(nodes);
  const chats = users.map((user) => chatAt(url, user));
  const texts = () =>
    chats.map((chat) =>
      chat
        .timeline(conversationId)
        ?.messages()
        .map(({ content }) => content),
    );
  await until(() => texts().every((list) => list !== undefined));
  // Shared out between both.
  for (const { app } of nodes) expect(app.io.of('/').sockets.size).toBeGreaterThan(1);

  chats[0]!.send(conversationId, 'first');
  await until(() => texts().every((list) => list?.includes('first')));
  await two.app.stop();
  chats.forEach((chat, index) => chat.send(conversationId, `after ${index}`));
  await until(() => texts().every((list) => list?.length === 9));
  expect(new Set(texts().map((list) => list?.join()))).toHaveProperty('size', 1);
});

it("C52 behind the proxy of compose.nodes.yml the address is the client's, whatever it claims", async () => {
  const nodes = await startNodes(1, { TRUST_PROXY: '1', RATE_LIMIT_FACTOR: '0.01' });
  const url = await startNginx(nodes);
  const statuses = new Set<number>();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const headers = { 'X-Forwarded-For': `10.0.0.${attempt}` };
    statuses.add((await fetch(`${url}/v1/users/me`, { headers })).status);
    if (statuses.has(429)) break;
  }
  expect([...statuses]).toContain(429);
});
