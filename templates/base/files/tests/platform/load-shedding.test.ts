import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { ask, startApp, until, type TestApp } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { setLimits } from '../support/limits.ts';
import { idOf } from '../../tools/derived-id.ts';
import { startBody } from '../support/slow-body.ts';

// Limits as they are; each request may come from an address of its own.
const environment = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' };

/** What the library writes an acknowledgement with. */
interface Writer {
  packet(packet: unknown): void;
}

const hello = { id: randomUUID(), content: 'hello' };
const refusal = { code: 'unavailable', detail: 'This node has too much to do.' };

let addresses = 0;
const nextAddress = (): string => `10.0.${(addresses += 1) >> 8}.${addresses & 255}`;

async function health({ call }: TestApp): Promise<string> {
  const headers = { 'X-Forwarded-For': nextAddress() };
  const { status, body } = await call('GET', '//readyz', { headers });
  return `${status} ${body.status}`;
}

/** A user with a conversation of their own, and the ways to write into it. */
async function startWriter() {
  const app = await startApp(environment);
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const path = `/conversations/${conversationId}/messages`;
  const draft = (name: string) => ({ id: idOf(name), content: name });
  const send = (name: string) => ask(socket, 'message:send', { conversationId, ...draft(name) });
  return { app, conversationId, owner, path, draft, send };
}

/** Lets each turn of the event loop last longer than the limit; returns the way to end it. */
function makeLate(): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4)); // a wait for it blocks without work
  const turn = setInterval(() => Atomics.wait(cell, 0, 0, limits.loadShedding.loopLagMs * 1.25), 0);
  onTestFinished(() => clearInterval(turn));
  return () => clearInterval(turn);
}

/** A limit that a test can reach. */
const allowUnderWay = (count: number): void =>
  setLimits('loadShedding', { requestsInFlight: count });

/** Changes that wait for the database, so many at once; the returned function ends the wait. */
async function holdChanges(
  { app, url, group }: TestApp,
  count: number,
): Promise<() => Promise<void>> {
  const { conversationId, owner } = await group(1);
  const released = new AbortController();
  const start = app.connection.startSession.bind(app.connection);
  vi.spyOn(app.connection, 'startSession').mockImplementation(async (options) => {
    if (!released.signal.aborted) await once(released.signal, 'abort');
    return start(options);
  });
  // Again after its deadline: a slow machine needs longer until all of them are under way.
  async function change(): Promise<void> {
    while (!released.signal.aborted) {
      await fetch(`${url}/v1/conversations/${conversationId}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${owner.token}`,
          'content-type': 'application/json',
          'x-forwarded-for': nextAddress(),
        },
        body: JSON.stringify({ name: 'held' }),
      });
    }
  }
  const changes = Array.from({ length: count }, () => change());
  return async () => {
    released.abort();
    await Promise.all(changes);
  };
}

it('C64 while the event loop is late, new sends are refused with advice and the rest goes on', async () => {
  setLimits('loadShedding', { loopLagMs: 300, windowMs: 1_000 });
  const { app, owner, path, draft, send } = await startWriter();
  const accepted: string[] = [];
  await until(async () => (await health(app)) === '200 ok');

  const end = makeLate();
  for (let number = 1; ; number += 1) {
    const answer = await send(`late-${number}`); // every one has its answer
    if (answer.ok) accepted.push(`late-${number}`);
    else if (answer.error.detail === refusal.detail) break;
  }
  expect(await send('refused')).toMatchObject({
    ok: false,
    error: { ...refusal, retryAfterMs: expect.any(Number) },
  });
  const answer = await owner.post(path, draft('refused'));
  expect([answer.status, answer.body]).toMatchObject([503, refusal]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  // Ready: without this node the others would have even more to do.
  expect(await health(app)).toBe('200 degraded');
  expect((await owner.get(path)).status).toBe(200);
  end();

  await until(async () => (await health(app)) === '200 ok');
  await until(async () => (await send('after')).ok);
  const stored = (await owner.get(path)).body.items.map(
    (item: { content: string }) => item.content,
  );
  expect(stored).toEqual(expect.arrayContaining([...accepted, 'after']));
  expect(stored).not.toContain('refused');
});

it('C64 while more is under way than the limit allows, new sends are refused', async () => {
  const { app, send } = await startWriter();
  allowUnderWay(10);
  const release = await holdChanges(app, 11);
  await until(async () => (await health(app)) === '200 degraded');
  expect(await send('one-too-many')).toMatchObject({ ok: false, error: refusal });
  await release();
  expect(await health(app)).toBe('200 ok');
  expect(await send('again')).toMatchObject({ ok: true });
});

it('C64 as many as the limit allows may be under way', async () => {
  const { app, send } = await startWriter();
  allowUnderWay(10);
  let arrived = 0;
  app.app.http.on('request', ({ method }) => void (method === 'PATCH' && (arrived += 1)));
  const release = await holdChanges(app, 9);
  await until(() => arrived === 9);
  expect(await send('the-last-one')).toMatchObject({ ok: true });
  await release();
});

it('C64 bodies that are awaited are no load, however many', async () => {
  const { app, send } = await startWriter();
  let arrived = 0;
  app.app.http.on('request', () => (arrived += 1));
  allowUnderWay(10);
  const requests = Array.from({ length: 20 }, () => startBody(app, nextAddress()));
  await until(() => arrived >= requests.length);
  await until(async () => (await health(app)) === '200 ok');
  expect(await send('beside-them')).toMatchObject({ ok: true });
  expect(requests.filter(({ text }) => text !== '')).toEqual([]);
});

it.each([
  ['conversation:heads', () => ({})],
  ['message:send', (conversationId: string) => ({ conversationId, ...hello })],
] as const)(
  'C64 %s whose answer cannot be written has another one, and leaves once',
  async (name, payloadIn) => {
    const { app, conversationId, owner, send } = await startWriter();
    const socket = await owner.connect();
    const there = app.app.io.of('/').sockets.get(socket.id!) as unknown as Writer;
    vi.spyOn(there, 'packet').mockImplementationOnce(() => {
      throw new Error('it cannot be written');
    });
    expect(await ask(socket, name, payloadIn(conversationId))).toMatchObject({
      error: { code: 'internal' },
    });
    allowUnderWay(0); // the next one is one too many, unless something left twice
    expect(await send('one-too-many')).toMatchObject({ ok: false, error: refusal });
  },
);
