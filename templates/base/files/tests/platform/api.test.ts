import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Http } from '../../src/platform/http/server.ts';
import { AppError } from '../../src/platform/errors/app-error.ts';
import { Events } from '../../src/platform/lib/events.ts';
import { Limiters } from '../../src/platform/rate-limits/limiters.ts';
import { Origins } from '../../src/platform/http/origins.ts';
import { LoadShedding } from '../../src/platform/rate-limits/load-shedding.ts';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { defineRoute, type RouteContract } from '../../src/contract/define.ts';
import { problem } from '../../src/contract/errors.ts';
import { testVariables } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { holdRateLimits } from '../support/timers.ts';

const item = z.object({ name: z.string() });

const routes = {
  echo: defineRoute({
    method: 'post',
    path: '/echo/:place',
    rate: 'write',
    summary: 'Says what it heard',
    params: z.strictObject({ place: z.enum(['here', 'there']) }),
    query: z.strictObject({ loud: z.enum(['true']).optional() }),
    body: z.strictObject({ name: z.string().max(5), 'a/b': z.int().optional() }),
    answers: { 201: item },
  }),
  list: defineRoute({
    method: 'get',
    path: '/list',
    public: true,
    summary: 'Says nothing',
    answers: { 204: null },
  }),
};

const failures: Record<string, () => Promise<never>> = {
  bug: () => Promise.reject(new Error('the password of the database is hunter2')),
  text: () => Promise.reject('not even an error'),
  busy: () => Promise.reject(new AppError('unavailable')),
  often: () => Promise.reject(new AppError('rate-limited', { retryAfterMs: 1_500 })),
  mine: () => Promise.reject(new AppError('forbidden')),
  leak: () => Promise.resolve({ 200: { name: 'x', passwordHash: '$argon2id$' } } as never),
};

/** The HTTP side alone, with routes of this file, its answers and its log. */
async function startHttp(changes: Record<string, string> = {}) {
  const env = parseEnvironment(testVariables({ LOG_LEVEL: 'debug', ...changes }));
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(env, { write: (line) => void lines.push(JSON.parse(line)) });
  const { connection } = new Database(env, pino({ level: 'silent' }), []);
  const loadShedding = new LoadShedding(env, log);
  onTestFinished(() => loadShedding.stop());
  const http = new Http({
    env,
    log,
    events: new Events(),
    isStarted: () => true,
    origins: new Origins(env, log),
    limiters: new Limiters(env, connection),
    loadShedding,
    async authenticate(token) {
      if (token !== 'good') throw new AppError('unauthenticated');
      return { userId: 'user-1', deviceId: 'device-1', expiresAt: new Date() };
    },
  });
  http.api.route(routes.echo, async ({ body, ...request }) => {
    request.log.info({ event: 'heard' }, 'heard');
    return { 201: { name: body.name } };
  });
  http.api.route(routes.list, async () => ({ 204: null }));
  for (const [name, fail] of Object.entries(failures)) {
    const route: RouteContract = {
      method: 'get',
      path: `/fail/${name}`,
      public: true,
      summary: 'Fails',
      answers: { 200: item },
    };
    http.api.route(route, fail);
  }
  await http.listen();
  onTestFinished(() => http.close());
  const { port } = http.server.address() as AddressInfo;
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, init);
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json', ...headers },
      body,
    });
  return { http, port, lines, call, post };
}

it('gives a handler what the contract says, and answers as it says', async () => {
  const { call, post } = await startHttp();
  const answer = await post('/v1/echo/here?loud=true', '{"name":"anna"}');
  expect([answer.status, await answer.json()]).toEqual([201, { name: 'anna' }]);
  const empty = await call('/v1/list');
  expect([empty.status, await empty.text()]).toEqual([204, '']);
});

it('C33 C29 C47 validates path, query and body, and points at each mistake', async () => {
  const { post } = await startHttp();
  const errorsOf = async (path: string, body: string) => {
    const answer = await post(path, body);
    const { errors, code } = (await answer.json()) as z.output<typeof problem>;
    expect([path, body, answer.status, code]).toEqual([path, body, 422, 'validation']);
    return errors?.map(({ pointer }) => pointer).toSorted();
  };
  expect(await errorsOf('/v1/echo/nowhere', '{"name":"a"}')).toEqual(['/path/place']);
  expect(await errorsOf('/v1/echo/here?loud=true&loud=true', '{"name":"a"}')).toEqual([
    '/query/loud',
  ]);
  expect(await errorsOf('/v1/echo/here?other=1', '{"name":"a"}')).toEqual(['/query/other']);
  expect(await errorsOf('/v1/echo/here', '{"name":"too long","a/b":0.5,"__proto__":1}')).toEqual([
    '/__proto__',
    '/a~1b',
    '/name',
  ]);
  // Of a key that is there twice the last one is the value.
  expect(await errorsOf('/v1/echo/here', '{"name":"a","name":"too long"}')).toEqual(['/name']);
  expect((await post('/v1/echo/here', '{"name":"too long","name":"a"}')).status).toBe(201);
});

it('answers a guarded route only to a bearer of a good token', async () => {
  const { call } = await startHttp();
  const ask = (authorization?: string) =>
    call('/v1/echo/here', { method: 'POST', headers: authorization ? { authorization } : {} });
  for (const authorization of [undefined, 'good', 'Basic good', 'Bearer', 'Bearer bad'])
    expect([authorization, (await ask(authorization)).status]).toEqual([authorization, 401]);
  const answer = await ask('Bearer bad');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect((await ask('bearer good')).status).toBe(422);
});

it('C66 C69 answers every failure with a problem that says nothing of itself', async () => {
  const { call, lines } = await startHttp();
  const expected = { bug: 500, text: 500, busy: 503, often: 429, mine: 403, leak: 500 };
  for (const [name, status] of Object.entries(expected)) {
    const answer = await call(`/v1/fail/${name}`);
    expect([name, answer.status]).toEqual([name, status]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const text = await answer.text();
    expect(text).not.toMatch(/hunter2|argon2|not even|stack| {4}at |\.ts/);
    expect(problem.strict().parse(JSON.parse(text))).toMatchObject({
      status,
      instance: `/v1/fail/${name}`,
      requestId: answer.headers.get('x-request-id'),
    });
  }
  const advice = await Promise.all(['busy', 'often'].map((name) => call(`/v1/fail/${name}`)));
  expect(advice.map(({ headers }) => headers.get('retry-after'))).toEqual(['1', '2']);
  expect(lines.filter(({ msg }) => msg === 'unexpected error')).toHaveLength(3);
});

it('an error in the log is a bug: what is unavailable for a moment is a warning', async () => {
  const { call, lines } = await startHttp();
  const levels: Record<string, unknown> = {};
  for (const name of ['bug', 'busy', 'often']) {
    await call(`/v1/fail/${name}`);
    levels[name] = lines.findLast(({ path }) => path === `/v1/fail/${name}`)?.['level'];
  }
  expect(levels).toEqual({ bug: 'error', busy: 'warn', often: 'info' });
});

it('C54 knows the methods of a path, HEAD, OPTIONS and preflights', async () => {
  const { call } = await startHttp({ ALLOWED_ORIGINS: 'https://chat.example.com' });
  const head = await call('/v1/list', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([204, '']);
  const options = await call('/v1/list', { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  const wrong = await call('/v1/list', { method: 'DELETE' });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  expect((await call('/v1/nothing', { method: 'OPTIONS' })).status).toBe(404);

  const preflight = (path: string, origin: string) =>
    call(path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const own = await preflight('/v1/echo/here', 'https://chat.example.com');
  expect(own.status).toBe(204);
  expect(own.headers.get('access-control-allow-origin')).toBe('https://chat.example.com');
  expect(own.headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type');
  expect(own.headers.get('access-control-allow-credentials')).toBeNull();
  // A page that misspelt a path can read its 404.
  expect((await preflight('/v1/nothing', 'https://chat.example.com')).status).toBe(204);
  const foreign = await preflight('/v1/echo/here', 'https://evil.example');
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
});

it('C55 says in every answer what is left of the address, and when it may come back', async () => {
  const { call } = await startHttp({ RATE_LIMIT_FACTOR: '0.05' }); // 5 a second, 10 at once
  const pass = holdRateLimits();
  const answers = await Promise.all(Array.from({ length: 20 }, () => call('/v1/list')));
  const served = answers.filter(({ status }) => status === 204);
  const [refused] = answers.filter(({ status }) => status === 429) as [Response];
  expect(served).toHaveLength(10);
  expect(served[0]?.headers.get('ratelimit-policy')).toBe('"global";q=10;w=2');
  expect(served[0]?.headers.get('ratelimit')).toMatch(/^"global";r=\d+;t=\d+$/);
  expect(refused.headers.get('ratelimit')).toMatch(/^"global";r=0;t=\d+$/);
  expect(refused.headers.get('retry-after')).toBe('1');
  const { retryAfterMs, code } = (await refused.json()) as z.output<typeof problem>;
  expect(code).toBe('rate-limited');
  pass(retryAfterMs ?? 0);
  expect((await call('/v1/list')).status).toBe(204);
});

it('C67 C68 logs each request with its id and its caller, and nothing of what it said', async () => {
  const { call, post, lines } = await startHttp();
  const served = await post('/v1/echo/here?loud=true', '{"name":"anna"}');
  await post('/v1/echo/here?loud=canary', '{"name":"canary-name"}', { cookie: 'canary=1' });
  await call('/v1/list?token=canary-token', { headers: { authorization: 'Bearer canary' } });
  await call('/v1/fail/bug');
  await expect.poll(() => lines.filter(({ ms }) => ms !== undefined)).toHaveLength(4);

  const requestId = served.headers.get('x-request-id');
  const ofFirst = lines.filter((line) => line['requestId'] === requestId);
  expect(ofFirst.map(({ msg }) => msg)).toEqual(['heard', 'request served']);
  expect(ofFirst[0]).toMatchObject({ userId: 'user-1', event: 'heard' });
  expect(ofFirst[1]).toMatchObject({ userId: 'user-1', path: '/v1/echo/here', status: 201 });
  expect(lines.find(({ code }) => code === 'validation')).toMatchObject({
    event: 'input_validation_fail',
    level: 'info',
  });
  expect(JSON.stringify(lines)).not.toMatch(/canary|good|anna/);
});

it('C52 warns once when a proxy forwards requests and none is trusted', async () => {
  const { call, lines } = await startHttp();
  const warnings = () => lines.filter(({ level }) => level === 'warn').length;
  await call('/v1/list');
  expect(warnings()).toBe(0);
  for (let count = 0; count < 3; count += 1)
    await call('/v1/list', { headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(warnings()).toBe(1);
});
