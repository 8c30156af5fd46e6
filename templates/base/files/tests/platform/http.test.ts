import { request } from 'node:http';
import { expect, it } from 'vitest';
import { pathOf, type RouteContract } from '../../src/contract/define.ts';
import { routes } from '../../src/contract/index.ts';
import { passwordOf } from '../support/accounts.ts';
import { startApp, type TestApp } from '../support/app.ts';

/** Sends a body as it is. */
async function post(
  app: TestApp,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers,
    body: body as string,
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: JSON.parse(text),
  };
}

it('C66 answers every mistake with a problem and no trace of itself', async () => {
  const app = await startApp();
  const answers = [
    await post(app, '/v1/auth/login', '{'),
    await post(app, '/v1/auth/login', 'null'),
    await post(app, '/v1/auth/login', '[1]'),
    await post(app, '/v1/nothing', '{}'),
    await post(app, '/v1/users/me', '{}'),
    await post(app, '/v1/conversations/%E0%A4%A/leave', '{}'),
    await post(app, '/v1/auth/login', JSON.stringify('x'.repeat(70_000))),
    await post(app, '/v1/auth/login', '{}', { 'content-type': 'text/plain' }),
    await post(app, '/v1/auth/logout', ''),
  ];
  expect(answers.map(({ status }) => status)).toEqual([
    400, 422, 422, 404, 405, 400, 413, 415, 401,
  ]);
  for (const { type, body, status } of answers) {
    expect(type).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ status, type: `urn:problem:${body.code}` });
    expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(body)).not.toMatch(/ at |node_modules|\.ts/);
  }
});

it('C33 names unknown keys and wrong values by JSON pointer', async () => {
  const app = await startApp();
  const { body } = await post(app, '/v1/auth/login', '{"login":1,"password":"x","role":"admin"}');
  expect(body.code).toBe('validation');
  expect(body.errors.map((error: { pointer: string }) => error.pointer).toSorted()).toEqual([
    '/login',
    '/role',
  ]);
});

it('C34 C35 bounds a body in size, depth and width, and lives', async () => {
  const app = await startApp();
  const sized = async (bytes: number) =>
    (await post(app, '/v1/auth/login', JSON.stringify('x'.repeat(bytes - 2)))).status;
  expect([await sized(65_535), await sized(65_536), await sized(65_537)]).toEqual([422, 422, 413]);
  const deep = '['.repeat(15_000) + ']'.repeat(15_000);
  expect((await post(app, '/v1/auth/login', deep)).status).toBe(422);
  expect(
    (await post(app, '/v1/auth/login', JSON.stringify(Array.from({ length: 101 }, () => 1))))
      .status,
  ).toBe(422);
  const wide = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 1]));
  expect((await post(app, '/v1/auth/login', JSON.stringify(wide))).status).toBe(422);
  expect((await fetch(`${app.url}/livez`)).status).toBe(200);
});

it('C46 takes JSON in UTF-8 only', async () => {
  const app = await startApp();
  const send = (type: string, body: string | Uint8Array = '{}') =>
    post(app, '/v1/auth/login', body, { 'content-type': type });
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=koi8-r',
  ])
    expect([type, (await send(type)).status]).toEqual([type, 415]);
  const broken = Uint8Array.from([...Buffer.from('{"login":"'), 0xff, ...Buffer.from('"}')]);
  expect((await send('application/json', broken)).status).toBe(400);
  const gzip = await post(app, '/v1/auth/login', 'not gzip', {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  });
  expect(gzip.status).toBe(400);
});

it('C47 refuses what is named twice in a query', async () => {
  const app = await startApp();
  const user = await app.register();
  expect((await user.get('/users?prefix=abc&prefix=def')).status).toBe(422);
  expect((await user.get('/users?prefix=abc&limit=1&limit=2')).status).toBe(422);
});

it('C47 takes the last value of a key that is named twice', async () => {
  const app = await startApp();
  const { username } = await app.register();
  const password = passwordOf(username);
  const attempt = async (first: string, last: string): Promise<number> => {
    const [one, two] = [first, last].map((value) => `"password":${JSON.stringify(value)}`);
    const body = `{"login":"${username}",${one},${two}}`;
    return (await post(app, '/v1/auth/login', body)).status;
  };
  expect(await attempt('another password', password)).toBe(200);
  expect(await attempt(password, 'another password')).toBe(401);
});

it('C45 takes whole numbers in their range', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  for (const limit of ['NaN', '-1', '0', '101', '1.5', '1e2', '9007199254740993', ''])
    expect([
      limit,
      (await owner.get(`/conversations/${conversationId}/messages?limit=${limit}`)).status,
    ]).toEqual([limit, 422]);
  expect(
    (await owner.get(`/conversations/${conversationId}/messages?before=9007199254740993`)).status,
  ).toBe(422);
});

it('C19 refuses a token in a URL', async () => {
  const app = await startApp();
  const user = await app.register();
  expect((await user.get(`/users/me?token=${user.token}`)).status).toBe(400);
});

it('C20 no answer sets a cookie', async () => {
  const app = await startApp();
  const login = await app.call('POST', '/auth/login', { body: {} });
  const user = await app.register();
  for (const { headers } of [login, await user.get('/users/me')])
    expect(headers.get('set-cookie')).toBeNull();
});

it('C21 no form of another page can ask for anything', async () => {
  const app = await startApp();
  const user = await app.register();
  const cookie = `token=${user.token}; access_token=${user.token}; authorization=${user.token}`;
  const form = (path: string, type: string, body: string) =>
    fetch(`${app.url}/v1${path}`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', cookie, ...(type && { 'content-type': type }) },
      body,
    });
  const body = JSON.stringify({ type: 'group', name: 'forged' });
  for (const path of ['/auth/login', '/auth/logout', '/auth/register', '/conversations'])
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
      expect([path, type, (await form(path, type, body)).status]).toEqual([path, type, 415]);
  // A form without fields has no body to refuse, and a cookie says nothing of who asks.
  for (const path of ['/auth/logout', '/conversations'])
    expect([path, (await form(path, 'text/plain', '')).status]).toEqual([path, 401]);
  expect((await user.get('/conversations')).body.items).toEqual([]);
});

it('C50 C53 S2 sets headers that close what is not needed, and grants no foreign origin', async () => {
  const app = await startApp({ ALLOWED_ORIGINS: 'https://chat.example.com' });
  const from = (origin: string, path = '/livez') =>
    fetch(`${app.url}${path}`, { headers: { origin } });
  const own = await from('https://chat.example.com');
  expect(own.headers.get('access-control-allow-origin')).toBe('https://chat.example.com');
  expect(own.headers.get('vary')).toContain('Origin');
  for (const origin of [
    'https://evil.example',
    'null',
    'https://chat.example.com.evil.tld',
    'http://chat.example.com',
  ])
    expect((await from(origin)).headers.get('access-control-allow-origin')).toBeNull();
  const large = { method: 'POST', body: 'x'.repeat(70_000) };
  const json = { headers: { 'content-type': 'application/json' } };
  const answers = await Promise.all([
    ...['/livez', '/v1/nothing', '/v1/users/me'].map((path) => from('https://evil.example', path)),
    fetch(`${app.url}/v1/auth/login`, { ...large, ...json }),
    fetch(`${app.url}/v1/users/me`, { method: 'OPTIONS' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 413, 204]);
  for (const { headers } of answers) {
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
  }
});

it('C54 names the methods of a path', async () => {
  const app = await startApp();
  const answer = await app.call('PUT', '/auth/login', { body: {} });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  const { port } = new URL(app.url);
  const status = await new Promise((resolve) =>
    request({ port, method: 'TRACE', path: '/v1/users/me' }, (response) =>
      resolve(response.statusCode),
    ).end(),
  );
  expect(status).toBe(405);
});

it('C54 a path without parameters is no parameter of another one, whatever the method', async () => {
  const app = await startApp();
  const user = await app.register();
  const methods = new Map<string, Set<string>>();
  for (const route of Object.values<RouteContract>(routes)) {
    const path = pathOf(route);
    methods.set(path, (methods.get(path) ?? new Set()).add(route.method.toUpperCase()));
  }
  const exact = [...methods].filter(([path]) => !path.includes('/:'));
  expect(exact.map(([path]) => path)).toContain('/v1/conversations/public');
  for (const [path, allowed] of exact)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      if (allowed.has(method)) continue;
      const answer = await app.call(method, `/${path}`, { token: user.token });
      expect([method, path, answer.status]).toEqual([method, path, 405]);
      expect(answer.headers.get('allow')).not.toContain(method);
    }
});

it('C72 C73 is alive and ready, and lets no cache keep what is for one user', async () => {
  const app = await startApp();
  expect((await app.call('GET', '//livez')).body).toEqual({ status: 'ok' });
  expect((await app.call('GET', '//readyz')).body).toEqual({ status: 'ok' });
  expect((await app.call('GET', '//metrics')).status).toBe(404);
  const user = await app.register();
  expect((await user.get('/users/me')).headers.get('cache-control')).toBe('no-store');
});

it('C52 believes a forwarded address only from as many proxies as it was told', async () => {
  const count = async (proxies: string): Promise<number[]> => {
    const app = await startApp({ TRUST_PROXY: proxies, RATE_LIMIT_FACTOR: '1' });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const name = `spoofer${index}`;
      const answer = await app.call('POST', '/auth/register', {
        headers: { 'x-forwarded-for': `10.0.0.${index}` },
        body: {
          username: name,
          email: `${name}@example.com`,
          password: 'words of a long password',
        },
      });
      statuses.push(answer.status);
    }
    return statuses;
  };
  expect(await count('0')).toEqual([201, 201, 201, 429, 429]);
  expect(await count('1')).toEqual([201, 201, 201, 201, 201]);
  expect(await count('127.0.0.0/8')).toEqual([201, 201, 201, 201, 201]);
  expect(await count('192.0.2.0/24')).toEqual([201, 201, 201, 429, 429]);
});
