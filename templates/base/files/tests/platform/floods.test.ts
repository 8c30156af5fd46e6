import { randomUUID } from 'node:crypto';
import type { Socket as NetSocket } from 'node:net';
import { io as connectSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { passwordOf } from '../support/accounts.ts';
import { done, next, startApp, sharedVariables, until, type TestSocket } from '../support/app.ts';
import { mebibyte, memoryOf, withMemory } from '../support/memory.ts';
import { startProcess } from '../support/process.ts';

/** A backend in a process of its own, and another one in this process that shares its database. */
async function startBackend() {
  const variables = sharedVariables({ LOG_LEVEL: 'warn' });
  const app = await startApp(variables);
  const backend = startProcess({ ...variables, LOG_LEVEL: 'info' }, withMemory);
  const url = await backend.listening();

  return {
    app,
    backend,
    url,
    memory: () => memoryOf(backend),
    async connect(token: string): Promise<TestSocket> {
      const socket: TestSocket = connectSocket(url, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        auth: { token },
      });
      app.sockets.add(socket);
      await next(socket, 'ready');
      return socket;
    },
  };
}

it('C03 C06 200 sign-ins at once: some are refused for now, memory is bounded, and others are served', async () => {
  const { app, url, memory } = await startBackend();
  const users = await app.registerMany(20);
  const login = (name: string, password: string) =>
    fetch(`${url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: name, password }),
    });
  await login('somebody', 'a password that nobody has');
  const before = (await memory()).resident;
  let open = 200;
  const answers = Array.from({ length: open }, async (_, index) => {
    const { username } = users[index % users.length]!;
    const answer = await (index % 10 === 0
      ? login(username, passwordOf(username))
      : login(`nobody-${index}`, 'a password that nobody has'));
    open -= 1;
    return { status: answer.status, retryAfter: Number(answer.headers.get('retry-after')) };
  });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(open).toBeGreaterThan(0);
  const results = await Promise.all(answers);
  const statuses = new Set(results.map(({ status }) => status));
  expect(new Set([...statuses, 200, 401, 429, 503])).toEqual(new Set([200, 401, 429, 503]));
  expect(statuses).toContain(503);
  for (const { status, retryAfter } of results) if (status === 503) expect(retryAfter).toBe(1);
  expect((await memory()).resident - before).toBeLessThan(150 * mebibyte);
  expect((await login(users[0]!.username, passwordOf(users[0]!.username))).status).toBe(200);
});

it('F24 C61 closes a reader that reads nothing: bounded memory, others go on, and it misses nothing', async () => {
  const { app, backend, memory, connect } = await startBackend();
  const { conversationId, owner, others } = await app.group(3);
  const [sender, good, slow] = [
    await connect(owner.token),
    await connect(others[0]!.token),
    await connect(others[1]!.token),
  ];
  const hear = (socket: TestSocket): number[] => {
    const seqs: number[] = [];
    socket.on('message:created', ({ seq }: MessageView) => seqs.push(seq));
    return seqs;
  };
  const [heard, heardSlowly] = [hear(good), hear(slow)];
  const content = '😀'.repeat(limits.message.contentCharacters); // 16,000 bytes
  let sent = 0;
  async function send(count: number): Promise<void> {
    sent += count;
    await Promise.all(
      Array.from({ length: count }, () =>
        done(sender, 'message:send', { conversationId, id: randomUUID(), content }),
      ),
    );
  }
  await send(100);
  await until(() => heardSlowly.length === sent);
  const before = (await memory()).held;
  const engine = slow.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } };
  engine.transport.ws._socket.pause();
  const isClosed = (): boolean => backend.log.some(({ event }) => event === 'slow_consumer');
  while (!isClosed() && sent < 4_000) await send(100);
  expect(isClosed()).toBe(true);
  const { held } = await memory();
  expect(held - before).toBeLessThan(32 * mebibyte);
  await send(100);
  await until(() => heard.length === sent);
  expect(heard).toEqual(Array.from({ length: sent }, (_, index) => index + 1));

  const gone = new Promise((resolve) => slow.once('disconnect', resolve));
  engine.transport.ws._socket.resume();
  await gone;
  expect(heardSlowly.length).toBeLessThan(sent);
  for (let more = true; more;) {
    const path = `/conversations/${conversationId}/messages?limit=100&after=${heardSlowly.at(-1)}`;
    const { items, hasMoreAfter } = (await others[1]!.get(path)).body;
    heardSlowly.push(...items.map(({ seq }: MessageView) => seq));
    more = hasMoreAfter;
  }
  expect(heardSlowly).toEqual(heard);
});
