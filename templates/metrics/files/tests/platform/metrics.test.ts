import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Manager } from 'socket.io-client';
import { expect, it } from 'vitest';
import { App } from '../../src/app.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { commands, routes } from '../../src/contract/index.ts';
import { problemStatus } from '../../src/contract/errors.ts';
import { pathOf, type RouteContract } from '../../src/contract/define.ts';
import { freePort } from '../../tools/free-port.ts';
import { ask, done, next, refusal, startApp, testVariables, until } from '../support/app.ts';

/** A sample: its labels and its value. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A backend with metrics, and the way to them. */
async function startWithMetrics() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const app = await startApp({ METRICS_PORT: '0' }, { log });
  const line = lines.find(({ msg }) => msg === 'metrics are served') ?? {};
  const { port } = line['address'] as AddressInfo;
  const url = `http://127.0.0.1:${port}/metrics`;

  async function scrape() {
    const samples = parse(await (await fetch(url)).text());
    const value = (name: string, labels: Record<string, string> = {}) =>
      samples.find(
        (one) =>
          one.name === name && Object.entries(labels).every(([key, of]) => one.labels[key] === of),
      )?.value;
    return { samples, value };
  }

  return { app, url, scrape };
}

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
const parse = (text: string): readonly Sample[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key, of]) => [key, of])) as Record<string, string>,
        value: Number(value),
      };
    });

it('C72 the public port has no metrics, whether they are on or off', async () => {
  const { app, url } = await startWithMetrics();
  expect((await fetch(url)).status).toBe(200);
  const without = await startApp();
  for (const { call } of [app, without])
    for (const path of ['//metrics', '/metrics', '//metrics/', '//METRICS'])
      expect((await call('GET', path)).status).toBe(404);
  // And the other way round.
  for (const path of ['/livez', '/v1/users/me', '/', '/metrics/x'])
    expect((await fetch(new URL(path, url))).status).toBe(404);
});

it('counts sockets, requests, commands and batches', async () => {
  const { app, scrape } = await startWithMetrics();
  const { conversationId, owner } = await app.group(2);
  const socket = await owner.connect();
  await done(socket, 'message:send', { conversationId, id: randomUUID(), content: 'hello' });
  await ask(socket, 'message:send', { conversationId: 'none' });
  await owner.get(`/conversations/${conversationId}`);
  expect((await app.call('GET', '/nothing/at/all')).status).toBe(404);

  await until(async () => {
    const { value } = await scrape();
    return value('chat_request_seconds_count', { route: '' }) === 1;
  });
  const { value } = await scrape();
  const route = '/v1/conversations/:conversationId';
  expect({
    sockets: value('chat_sockets'),
    sent: value('chat_command_seconds_count', { name: 'message:send', outcome: 'ok' }),
    refused: value('chat_command_seconds_count', { name: 'message:send', outcome: 'validation' }),
    read: value('chat_request_seconds_count', { method: 'GET', route, status: '200' }),
    batches: value('chat_batch_messages_count'),
    messages: value('chat_batch_messages_sum'),
    conflicts: value('chat_batch_conflicts_total'),
    database: value('chat_database_up'),
    draining: value('chat_draining'),
    overloaded: value('chat_overloaded'),
  }).toEqual({
    sockets: 1,
    sent: 1,
    refused: 1,
    read: 1,
    batches: 1,
    messages: 1,
    conflicts: 0,
    database: 1,
    draining: 0,
    overloaded: 0,
  });
  expect(value('chat_batch_commit_seconds_sum')).toBeGreaterThan(0);
  expect(value('chat_batch_wait_seconds_sum')).toBeGreaterThanOrEqual(0);
  expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);

  socket.disconnect();
  await until(async () => (await scrape()).value('chat_sockets') === 0);
});

it('counts refused connects by their reason, and commands without acknowledgement', async () => {
  const { app, scrape } = await startWithMetrics();
  const user = await app.register();
  for (const transports of [['polling'], ['websocket']])
    await refusal(app.open(undefined, { transports }));
  await refusal(app.open(undefined, { query: { token: user.token } }));
  const origin = { extraHeaders: { origin: 'https://a.example' } };
  await refusal(app.open(undefined, origin));
  const admin = new Manager(app.url, { transports: ['websocket'], reconnection: false });
  await refusal(admin.socket('/admin'));
  const socket = await user.connect();
  for (const name of ['message:send', 'invented']) {
    const told = next(socket, 'problem');
    socket.emit(name as 'message:send', {} as never, undefined as never);
    await told;
  }
  const { value } = await scrape();
  const refused = (reason: string) => value('chat_connects_refused_total', { reason });
  const named = (name: string) => value('chat_commands_unacknowledged_total', { name });
  expect(
    ['transport', 'unauthenticated', 'token-in-url', 'origin', 'namespace'].map(refused),
  ).toEqual([1, 1, 1, 1, 1]);
  expect([named('message:send'), named('unknown')]).toEqual([1, 1]);
});

it('labels hold what the contract names, whatever clients send', async () => {
  const { app, scrape } = await startWithMetrics();
  const { conversationId, owner } = await app.group(2);
  const socket = await owner.connect();
  await ask(socket, `invented:${owner.id}` as 'message:send', {});
  await done(socket, 'message:send', { conversationId, id: randomUUID(), content: 'hello' });
  expect((await app.call('GET', `/users/${owner.id}`)).status).toBe(401);
  expect((await app.call('GET', `/invented/${owner.id}`)).status).toBe(404);
  const told = next(socket, 'problem');
  socket.emit(`invented:${owner.id}` as 'message:send', {} as never, undefined as never);
  await told;
  await refusal(app.open('nonsense'));
  const { samples, value } = await scrape();
  expect(value('chat_command_seconds_count', { name: 'unknown' })).toBe(1);
  expect(value('chat_commands_unacknowledged_total', { name: 'unknown' })).toBe(1);

  const templates = Object.values<RouteContract>(routes).map(pathOf);
  const known = {
    name: ['unknown', ...Object.keys(commands)],
    outcome: ['ok', ...Object.keys(problemStatus)],
    route: ['', ...templates],
    method: ['GET', 'POST'],
    status: ['200', '201', '401', '404'],
    reason: Object.keys(problemStatus),
  };
  for (const { name, labels } of samples.filter(({ name: of }) => of.startsWith('chat_')))
    for (const [label, of] of Object.entries(labels))
      if (label !== 'le')
        expect([name, known[label as keyof typeof known]]).toEqual([
          name,
          expect.arrayContaining([of]),
        ]);
});

it('refuses a port that it cannot use', async () => {
  expect(() => parseEnvironment(testVariables({ METRICS_PORT: 'x' }))).toThrow(
    /^METRICS_PORT is a number/,
  );
  const taken = String(await freePort());
  await startApp({ PORT: taken });
  const free = String(await freePort());
  for (const changes of [{ METRICS_PORT: taken }, { METRICS_PORT: free, PORT: free }]) {
    const app = new App(parseEnvironment(testVariables(changes)), {
      log: pino({ level: 'silent' }),
    });
    await expect(app.start()).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining(`METRICS_PORT ${changes.METRICS_PORT}`),
    });
    await app.stop();
  }
});
