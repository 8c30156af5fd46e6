import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { limits } from '../src/configs/limits.ts';
import { ask, done, startApp, until, type TestApp } from './support/app.ts';

// Limits as they are; each request comes from an address of its own.
const environment = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' };

const refusal = { code: 'unavailable', detail: 'This node has too much to do.' };

const health = async (app: TestApp): Promise<string> => {
  const { status, body } = await app.call('GET', '//readyz');
  expect(status).toBe(200); // without this node the others would have even more to do
  return body.status as string;
};

/** Lets each turn of the event loop last longer than the limit; returns the way to end it. */
function makeLate(): () => void {
  const turn = setInterval(() => {
    const end = performance.now() + limits.overload.loopLagMs * 1.25;
    while (performance.now() < end);
  }, 0);
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
  for (const [index, connection] of connections.entries()) {
    const address = `10.0.${index >> 8}.${index & 255}`;
    connection.on('error', () => {});
    connection.write(
      `POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    );
  }
  await until(() => arrived >= count);
  return release;
}

it('C64 while the event loop is late, new sends are refused with advice and the rest goes on', async () => {
  const app = await startApp(environment);
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const path = `/conversations/${conversationId}/messages`;
  const message = (name: string) => ({ clientMessageId: name, content: name });
  const send = (name: string) => ask(socket, 'message:send', { conversationId, ...message(name) });
  const accepted: string[] = [];
  expect(await health(app)).toBe('ok');

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
  const answer = await owner.post(path, message('refused'));
  expect([answer.status, answer.body]).toMatchObject([503, refusal]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await health(app)).toBe('degraded');
  expect((await owner.get(path)).status).toBe(200);
  end();

  await until(async () => (await health(app)) === 'ok', 20_000);
  expect(await send('after')).toMatchObject({ ok: true });
  const stored = (await owner.get(path)).body.items.map(
    (item: { content: string }) => item.content,
  );
  expect(stored).toEqual(expect.arrayContaining([...accepted, 'after']));
  expect(stored).not.toContain('refused');
}, 120_000);

it('C64 while more is under way than the limit allows, new sends are refused', async () => {
  const app = await startApp(environment);
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const send = (name: string) =>
    ask(socket, 'message:send', { conversationId, clientMessageId: name, content: name });

  const most = limits.overload.requestsInFlight;
  await holdRequests(app, most - 1);
  expect(await send('the-last-one')).toMatchObject({ ok: true });
  const release = await holdRequests(app, 1);
  expect(await send('one-too-many')).toMatchObject({ ok: false, error: refusal });
  expect(await health(app)).toBe('degraded');
  release();
  await until(async () => (await health(app)) === 'ok');
  await done(socket, 'message:send', {
    conversationId,
    clientMessageId: 'again',
    content: 'again',
  });
}, 60_000);
