import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { limits } from '../src/configs/limits.ts';
import { ask, startApp, until, type TestApp } from './support/app.ts';
import { onTestFinished } from './support/finish.ts';

// Limits as they are; each request may come from an address of its own.
const environment = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' };
const patienceMs = 100_000; // on a busy machine the event loop is late by itself now and then

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
  const draft = (name: string) => ({ clientMessageId: name, content: name });
  const send = (name: string) => ask(socket, 'message:send', { conversationId, ...draft(name) });
  return { app, owner, path, draft, send };
}

/** Lets each turn of the event loop last longer than the limit; returns the way to end it. */
function makeLate(): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4)); // a wait for it blocks without work
  const turn = setInterval(() => Atomics.wait(cell, 0, 0, limits.overload.loopLagMs * 1.25), 0);
  onTestFinished(() => clearInterval(turn));
  return () => clearInterval(turn);
}

/** Requests whose bodies do not come, until the returned function is called. */
async function holdRequests(app: TestApp, count: number): Promise<() => void> {
  const { port } = new URL(app.url);
  let arrived = 0;
  app.app.http.on('request', () => (arrived += 1));
  const connections = Array.from({ length: count }, () => connect(Number(port), '127.0.0.1'));
  const release = (): void => connections.forEach((connection) => connection.destroy());
  onTestFinished(release);
  for (const connection of connections) {
    connection.on('error', () => {});
    connection.write(
      `POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${nextAddress()}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    );
  }
  await until(() => arrived >= count);
  return release;
}

it('C64 while the event loop is late, new sends are refused with advice and the rest goes on', async () => {
  const { app, owner, path, draft, send } = await startWriter();
  const accepted: string[] = [];
  await until(async () => (await health(app)) === '200 ok', patienceMs);

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

  await until(async () => (await health(app)) === '200 ok', patienceMs);
  await until(async () => (await send('after')).ok, patienceMs);
  const stored = (await owner.get(path)).body.items.map(
    (item: { content: string }) => item.content,
  );
  expect(stored).toEqual(expect.arrayContaining([...accepted, 'after']));
  expect(stored).not.toContain('refused');
}, 300_000);

it('C64 while more is under way than the limit allows, new sends are refused', async () => {
  const { app, send } = await startWriter();
  const most = limits.overload.requestsInFlight;

  await until(async () => {
    const releaseMost = await holdRequests(app, most - 1);
    const last = await send('the-last-one');
    const releaseOne = await holdRequests(app, 1);
    const next = await send('one-too-many');
    releaseMost();
    releaseOne();
    return last.ok && !next.ok && next.error.detail === refusal.detail;
  }, patienceMs);
  await until(async () => (await health(app)) === '200 ok', patienceMs);
  await until(async () => (await send('again')).ok, patienceMs);
}, 300_000);
