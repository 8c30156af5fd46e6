import { createHash, randomUUID } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { get } from 'node:http';
import { io as connectSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { createAsyncApi } from '../../src/backend/api-docs/asyncapi.ts';
import { markup } from '../../src/backend/api-docs/markup.ts';
import { createOpenApi } from '../../src/backend/api-docs/openapi.ts';
import { createPage } from '../../src/backend/api-docs/page.ts';
import { pathOf, type RouteContract } from '../../src/contract/define.ts';
import { commands, notices, routes } from '../../src/contract/index.ts';
import {
  ask,
  done,
  next,
  refusal,
  startApp,
  until,
  type Answer,
  type TestSocket,
} from '../support/app.ts';
import { createDocumentWitness } from '../support/documents.ts';

type Json = Record<string, any>;

it('S38 the running server describes every route, command and notice of the contract', async () => {
  const app = await startApp();
  const openApi = await app.call<Json>('GET', '//openapi.json');
  const asyncApi = await app.call<Json>('GET', '//asyncapi.json');
  const described = Object.entries(openApi.body['paths'] as Json).flatMap(([path, item]) =>
    Object.keys(item as Json).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(described.toSorted()).toEqual(
    Object.values<RouteContract>(routes)
      .map((route) => `${route.method} ${pathOf(route)}`)
      .toSorted(),
  );
  const events = (action: string) =>
    Object.entries(asyncApi.body['operations'] as Json)
      .filter(([, operation]) => operation.action === action)
      .map(([key]) => asyncApi.body['channels'].socket.messages[key].name as string);
  expect(events('receive')).toEqual(Object.keys(commands));
  expect(events('send')).toEqual(Object.keys(notices));
});

it('S38 everything that is described is served', async () => {
  const app = await startApp();
  for (const route of Object.values<RouteContract>(routes)) {
    const target = `/${pathOf(route).replaceAll(/:\w+/g, '0'.repeat(24))}`;
    const { status } = await app.call(route.method.toUpperCase(), target);
    // What nothing serves is 404 or 405, also to those who are not signed in.
    const isServed = route.public ? status !== 404 && status !== 405 : status === 401;
    expect([route.method, target, isServed]).toEqual([route.method, target, true]);
  }
  const socket = await (await app.register()).connect();
  for (const name of Object.keys(commands) as (keyof typeof commands)[]) {
    const answer = await ask(socket, name, { nothing: 'that it knows' });
    expect([name, answer]).toMatchObject([name, { ok: false, error: { code: 'validation' } }]);
  }
});

const answer = (status: number, body?: unknown, type = 'application/json'): Answer => ({
  status,
  body,
  headers: new Headers(body === undefined ? {} : { 'content-type': type }),
});

it('S38 what the tests see and the documents do not describe is found', async () => {
  const app = await startApp();
  const { body: me } = await (await app.register()).get('/users/me');
  const witness = createDocumentWitness();
  const judge = (...seen: Parameters<typeof witness.answered>) => {
    witness.answered(...seen);
    return witness.takeFaults();
  };
  expect(judge('GET', '/v1/users/me', undefined, answer(200, me))).toEqual([]);
  expect(judge('PATCH', '/v1/users/me', { displayName: 'Anna' }, answer(200, me))).toEqual([]);
  const wrong: Parameters<typeof judge>[] = [
    ['GET', '/v1/secrets', undefined, answer(200, {})],
    ['PUT', '/v1/users/me', {}, answer(200, me)],
    ['GET', '/v1/users/me', undefined, answer(206, me)],
    ['GET', '/v1/users/me', undefined, answer(200, { ...me, passwordHash: 'x' })],
    ['GET', '/v1/users/me', undefined, answer(200, { ...me, timestamp: 'yesterday' })],
    ['GET', '/v1/users/me', undefined, answer(200, me, 'text/html')],
    ['GET', '/v1/users/me', undefined, answer(404, { error: 'not found' })],
    ['GET', '/v1/users/me?verbose=1', undefined, answer(200, me)],
    [
      'GET',
      '/v1/users?prefix=ann&limit=many',
      undefined,
      answer(200, { items: [], nextCursor: null }),
    ],
    ['GET', '/v1/users?limit=1', undefined, answer(200, { items: [], nextCursor: null })],
    ['PATCH', '/v1/users/me', { displayName: 1 }, answer(200, me)],
    ['PATCH', '/v1/users/me', undefined, answer(200, me)],
    ['POST', '/v1/auth/logout', undefined, answer(204, {})],
  ];
  for (const seen of wrong) expect([seen, judge(...seen).length]).toEqual([seen, 1]);
});

it('S38 an event that the tests see and the documents do not describe is found', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const witness = createDocumentWitness();
  // Connected by hand: the witness of all tests would find the same and fail this one.
  const socket: TestSocket = connectSocket(app.url, {
    transports: ['websocket'],
    forceNew: true,
    auth: { token: owner.token },
  });
  app.sockets.add(socket);
  witness.opened(socket);
  await next(socket, 'ready');
  await done(socket, 'message:send', { conversationId, id: randomUUID(), content: 'hello' });
  await until(() => witness.seen.has('message.created'));
  expect([...witness.seen].toSorted()).toEqual(['message.created', 'message.send', 'ready']);
  expect(witness.takeFaults()).toEqual([]);

  const server = [...app.app.io.of('/').sockets.values()][0] as unknown as ServerSide;
  for (const [name, payload] of [
    ['message:revealed', {}],
    ['server:draining', { reconnectInMs: 'soon' }],
    ['message:send', {}],
  ] as const) {
    server.emit(name, payload);
    const faults: string[] = [];
    await until(() => faults.push(...witness.takeFaults()) > 0);
    expect(faults).toEqual([expect.stringContaining(name)]);
  }
  for (const [name, data] of [
    ['secret:ask', {}],
    ['conversation:heads', { heads: [{ conversationId }] }],
  ] as const) {
    // Before the wrapper of commands, which would refuse it.
    server.prependAny((event, ...args) => {
      if (event === name) (args.at(-1) as Acknowledge)({ ok: true, data });
    });
    await ask(socket, name as 'conversation:heads', {});
    expect(witness.takeFaults()).toEqual([expect.stringContaining(name)]);
  }
});

type Acknowledge = (answer: unknown) => void;

/** A socket of the server, for names that the contract does not know. */
interface ServerSide {
  emit(name: string, payload: unknown): void;
  prependAny(listener: (name: string, ...args: unknown[]) => void): void;
}

it('the page loads nothing from elsewhere and runs no script', async () => {
  const app = await startApp();
  const response = await fetch(`${app.url}/docs`);
  const page = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|script-src|https?:/);
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
  expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  expect(page).not.toMatch(/<script|<link rel="stylesheet"|\sstyle=|\son\w+=|src=/);
});

it('the page lists everything, and every link of it leads somewhere', async () => {
  const page = createPage().body;
  for (const name of Object.keys({ ...routes, ...commands, ...notices }))
    expect(page).toContain(`id="${name}"`);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
});

it('the line that both documents give for sockets connects', async () => {
  const app = await startApp();
  const { token } = await app.register();
  const page = await (await fetch(`${app.url}/docs`)).text();
  const asyncApi = await app.call<Json>('GET', '//asyncapi.json');
  const { description } = asyncApi.body['components'].securitySchemes.accessToken as Json;
  const lineIn = (text: string): string => /io\(url.*\)/.exec(text)?.[0] ?? '';
  const [, shown = ''] = /<dt>Sockets<\/dt><dd><code>(.*?)<\/code>/.exec(page) ?? [];
  const copied = shown.replaceAll('&#39;', "'").replaceAll('&quot;', '"');
  for (const line of [lineIn(copied), lineIn(description)]) {
    const socket = runInNewContext(line, { io: connectSocket, url: app.url, token }) as TestSocket;
    app.sockets.add(socket);
    await Promise.race([next(socket, 'ready'), refusal(socket).then((of) => Promise.reject(of))]);
  }
});

it('text in the page is text', () => {
  const text = `<b title="x">&'`;
  expect(markup`<p>${text}${[1, markup`<i>`]}</p>`.text).toBe(
    `<p>&lt;b title=&quot;x&quot;&gt;&amp;'1<i></p>`,
  );
});

it('refers to nothing that the documents lack, and keeps nothing that nobody refers to', () => {
  for (const document of [createOpenApi(), createAsyncApi({ host: 'localhost', protocol: 'ws' })]) {
    const text = JSON.stringify(document);
    const references = new Set(
      [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, place]) => String(place)),
    );
    for (const place of references) {
      const found = place.split('/').reduce<Json>((part, key) => part?.[key], document);
      expect([place, typeof found]).toEqual([place, 'object']);
    }
    for (const id of Object.keys(document.components.schemas))
      expect(references).toContain(`components/schemas/${id}`);
  }
});

/** Every schema in a value, those in schemas included, with the place where it stands. */
function schemasIn(value: unknown, place = ''): (readonly [place: string, schema: Json])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, items, anyOf = [] } = value as Json;
  const parts = [
    ...Object.entries(properties as Json),
    ...Object.entries(anyOf as Json),
    ...(items === undefined ? [] : [['items', items] as const]),
  ];
  return [[place, value], ...parts.flatMap(([key, part]) => schemasIn(part, `${place}/${key}`))];
}

it('every message of /asyncapi.json has its name on the wire, every schema a title of its own', () => {
  const { channels, components } = createAsyncApi({ host: 'localhost', protocol: 'ws' });
  const wire = Object.keys({ ...commands, ...notices });
  for (const [key, message] of Object.entries<Json>(channels.socket.messages)) {
    const isReply = key.endsWith('.reply');
    expect([key, wire]).toEqual([key, expect.arrayContaining([message['name']])]);
    expect([key, message['title']]).toEqual([
      key,
      isReply ? `${message['name']}, acknowledged` : message['name'],
    ]);
    // A schema that is written out here would have no name.
    expect([key, Object.keys(message['payload'] as Json)]).toEqual([key, ['$ref']]);
  }
  const models = new Map<string, string>();
  for (const [place, schema] of schemasIn({ properties: components.schemas }).slice(1)) {
    if (schema['$ref'] !== undefined) continue;
    expect([place, schema['title']]).toEqual([place, expect.stringMatching(/^[A-Z][A-Za-z0-9]+$/)]);
    if (schema['properties'] === undefined && schema['enum'] === undefined) continue;
    expect([place, models.get(schema['title'])]).toEqual([place, undefined]);
    models.set(schema['title'], place);
  }
});

/** What a client sends by HTTP: parameters and bodies, with the schemas that these name. */
function sentSchemas(): (readonly [place: string, schema: Json])[] {
  const { paths, components } = createOpenApi();
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as Json[]);
  return operations.flatMap(({ operationId, parameters = [], requestBody }) => {
    const roots = [
      ...(parameters as Json[]).map(({ name, schema }) => [`?${name}`, schema] as const),
      ...(requestBody ? [['', requestBody.content['application/json'].schema] as const] : []),
    ];
    return roots
      .flatMap(([place, schema]) => schemasIn(schema, `${operationId}${place}`))
      .map(([place, schema]) => {
        const [, id] = /schemas\/(.+)$/.exec(String(schema['$ref'])) ?? [];
        return [place, id === undefined ? schema : (components.schemas[id] as Json)] as const;
      });
  });
}

it('every text that a client sends has a bound and an example, every number both ends', () => {
  const found = { string: 0, integer: 0 };
  for (const [place, schema] of sentSchemas()) {
    if (schema['enum'] !== undefined || !(schema['type'] in found)) continue;
    found[schema['type'] as keyof typeof found] += 1;
    const { maxLength, pattern, examples, minimum, maximum, format } = schema;
    if (schema['type'] === 'integer')
      expect([place, typeof minimum, typeof maximum, format]).toEqual([
        place,
        'number',
        'number',
        'int64',
      ]);
    else
      expect([place, maxLength !== undefined || pattern !== undefined, examples]).toEqual([
        place,
        true,
        expect.arrayContaining([expect.any(String)]),
      ]);
  }
  expect(found.string).toBeGreaterThan(20);
  expect(found.integer).toBeGreaterThan(3);
});

it('what needs a field says so, and what may be sent with a body may be too large', () => {
  const operations = Object.values(createOpenApi().paths).flatMap(
    (item) => Object.entries(item) as [string, Json][],
  );
  for (const [method, { operationId, responses }] of operations)
    expect([operationId, '413' in responses]).toEqual([operationId, method !== 'get']);
  const schemas = new Map(sentSchemas());
  for (const name of ['updateMe', 'updateConversation'])
    expect([name, schemas.get(name)!['minProperties']]).toEqual([name, 1]);
});

/** The server that the document names, as a reader gets it who reaches it under a name. */
async function serverAt(url: string, headers: Record<string, string>): Promise<string> {
  const text = await new Promise<string>((resolve, reject) => {
    get(`${url}/asyncapi.json`, { headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.once('end', () => resolve(body));
    }).once('error', reject);
  });
  const { protocol, host } = (JSON.parse(text) as Json)['servers'].socket;
  return `${protocol}://${host}`;
}

it('/asyncapi.json names the server as its reader has reached it, also behind a proxy', async () => {
  const forwarded = {
    host: 'backend:3000',
    'x-forwarded-host': 'chat.example.com',
    'x-forwarded-proto': 'https',
  };
  const app = await startApp();
  expect(await serverAt(app.url, {})).toBe(app.url.replace('http', 'ws'));
  expect(await serverAt(app.url, { host: 'localhost' })).toBe('ws://localhost');
  expect(await serverAt(app.url, forwarded)).toBe('ws://backend:3000');
  // What is no host is not repeated.
  expect(await serverAt(app.url, { host: 'a/b' })).toMatch(/^ws:\/\/localhost:\d+$/);
  const behind = await startApp({ TRUST_PROXY: '1' });
  expect(await serverAt(behind.url, forwarded)).toBe('wss://chat.example.com');
  expect(createOpenApi().servers).toEqual([{ url: '/' }]);
});
