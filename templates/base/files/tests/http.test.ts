import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startApp, type TestApp } from './support/app.ts';

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

it('answers every mistake with a problem and no trace of itself', async () => {
  const app = await startApp();
  const answers = [
    await post(app, '/v1/auth/login', '{'),
    await post(app, '/v1/auth/login', 'null'),
    await post(app, '/v1/auth/login', '[1]'),
    await post(app, '/v1/nothing', '{}'),
    await post(app, '/v1/users/me', '{}'),
    await post(app, '/v1/conversations/%E0%A4%A/leave', '{}'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 422, 422, 404, 405, 400]);
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
  expect((await post(app, '/v1/auth/login', JSON.stringify('x'.repeat(40_000)))).status).toBe(413);
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
  for (const path of ['/livez', '/v1/nothing', '/v1/users/me']) {
    const { headers } = await from('https://evil.example', path);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
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
});

it('C59 closes connections whose headers or bodies do not come', async () => {
  const app = await startApp();
  const { port } = new URL(app.url);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
  });
  expect(answer).toContain('408');
}, 30_000);
