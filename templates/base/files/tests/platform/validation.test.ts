import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { Problem } from '../../src/contract/errors.ts';
import { ask, done, startApp, type TestUser } from '../support/app.ts';
import { parts, send, sentBy, startTarget, textWith } from '../support/hostile.ts';
import { sendCommand } from '../support/raw.ts';
import { nameOf, readUses } from '../support/uses.ts';

const tooLong = JSON.stringify('x'.repeat(limits.account.avatarUrlCharacters * 2 + 1));
const wrong = ['', 'null', '-1', '1.5', tooLong, '"\\ud800"', '"Anna@"', '[1]', '{"unknown":1}'];

/** How every sentence of ours begins; what follows names what to send. */
const words = /^(?:must (?:be|have|name) |is missing$|is not known: |is nested |has |names )/;

it('says in words of its own what to send, for whatever is wrong with a body, a payload or a query', async () => {
  const target = await startTarget();
  const all = (await readUses()).filter((use) => sentBy(target, use) !== undefined);
  const uses = new Map(all.map((use) => [use.of, use])).values(); // one of each is enough
  const seen = new Set<string>();
  for (const use of uses)
    for (const { path } of parts(sentBy(target, use)))
      // An item of a list cannot be left out.
      for (const text of wrong.slice(typeof path.at(-1) === 'number' ? 1 : 0)) {
        const problem = await send(target, use, textWith(sentBy(target, use), path, text));
        if (problem?.code !== 'validation') continue;
        expect([nameOf(use), text, problem.errors]).not.toEqual([nameOf(use), text, []]);
        for (const { detail } of problem.errors!) seen.add(detail);
      }
  for (const query of ['limit=x', 'limit=0', 'cursor=', 'cursor=a&cursor=b', 'unknown=1']) {
    const { body } = await target.user.get<Problem>(`/conversations?${query}`);
    for (const { detail } of body.errors!) seen.add(detail);
  }
  expect([...seen].filter((detail) => !words.test(detail))).toEqual([]);
  expect(seen.size).toBeGreaterThan(15);
});

it('points at what is wrong and says what to send instead, in REST and on a socket alike', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const id = randomUUID();
  for (const [content, ...sentences] of [
    // Some features have what may stand for a content.
    [
      '',
      expect.stringMatching(/^must be 1 to 4,000 characters(?:, or empty beside \w+)?$/) as string,
    ],
    ['x'.repeat(4_001), 'must be 1 to 4,000 characters'],
    ['\u{1f468}\u200d'.repeat(2_000) + '\u{1f468}', 'must be 1 to 4,000 characters'],
    ['\u0007', 'must have no control characters but tab and newline', unseen],
    ['\ud83d', 'has half a character (a lone surrogate): send whole ones'],
    [null, 'must be a string'],
    [undefined, 'is missing'],
  ] as const) {
    const errors = sentences.map((detail) => ({ pointer: '/content', detail }));
    const body = { id, content };
    const path = `/conversations/${conversationId}/messages`;
    expect((await owner.post<Problem>(path, body)).body.errors).toEqual(errors);
    expect(
      await ask(socket, 'message:send', { conversationId, ...(body as { content: string }) }),
    ).toMatchObject({ ok: false, error: { code: 'validation', errors } });
  }
  const registered = await app.call<Problem>('POST', '/auth/register', {
    body: { username: 'ab', email: 'anna', password: 'x', role: 'admin' },
  });
  expect(registered.body.errors).toEqual([
    { pointer: '/username', detail: 'must be 3 to 32 characters' },
    { pointer: '/email', detail: 'must be an e-mail address' },
    { pointer: '/role', detail: 'is not known: leave it out' },
  ]);
  const listed = await owner.get<Problem>('/conversations?limit=500');
  expect(listed.body.errors).toEqual([
    { pointer: '/query/limit', detail: 'must be a whole number from 1 to 100' },
  ]);
  const twice = await owner.get<Problem>('/conversations?limit=1&limit=2');
  expect(twice.body.errors).toEqual([
    { pointer: '/query/limit', detail: 'must be one string, not a list' },
  ]);
});

const unseen = 'must have something that can be seen';

it('null where no input is needed is no input', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const { heads } = await done(socket, 'conversation:heads', {});
  expect(await sendCommand(socket, 'conversation:heads', 'null')).toEqual({
    ok: true,
    data: { heads },
  });
  const member = await app.register();
  const path = `/conversations/${conversationId}/members/${member.id}`;
  expect((await owner.put(path, null)).status).toBe(201);
  expect((await member.post(`/conversations/${conversationId}/leave`, null)).status).toBe(204);
  // Where one is needed it is none either, but that is a mistake.
  expect(await sendCommand(socket, 'message:send', 'null')).toMatchObject({
    error: { errors: [{ pointer: '', detail: 'must be an object' }] },
  });
});

/** Ends other sign-ins, with a body as it is sent. */
async function endWith(
  user: TestUser,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/v1/devices`,
      {
        method: 'DELETE',
        headers: {
          authorization: `Bearer ${user.token}`,
          ...('transfer-encoding' in headers ? {} : { 'content-length': body.length }),
          ...headers,
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

it('a route that takes no body accepts none, an empty one and {}, and nothing else', async () => {
  const app = await startApp();
  const user = await app.register();
  const form = 'application/x-www-form-urlencoded';
  const json = 'application/json';
  const chunks = { 'transfer-encoding': 'chunked' };
  for (const [body, headers, status] of [
    ['', {}, 204],
    ['', { 'content-type': form }, 204],
    ['', { ...chunks, 'content-type': form }, 204],
    ['', { ...chunks, 'content-type': json }, 204],
    ['', chunks, 204],
    ['{}', { 'content-type': json }, 204],
    [' {} ', { 'content-type': json, ...chunks }, 204],
    ['null', { 'content-type': json }, 204],
    ['[]', { 'content-type': json }, 422],
    ['""', { 'content-type': json }, 422],
    ['0', { 'content-type': json }, 422],
    ['{"a":null}', { 'content-type': json }, 422],
    ['{}', { 'content-type': form }, 415],
    ['{}', {}, 415],
    ['{}', chunks, 415],
    ['a=1', { ...chunks, 'content-type': form }, 415],
    [' ', { 'content-type': json }, 400],
  ] as const)
    expect([body, headers, await endWith(user, app.url, body, headers)]).toEqual([
      body,
      headers,
      status,
    ]);
});

/** A JSON text whose strings and keys have every character escaped, as some writers do. */
function escaped(value: object): string {
  const units = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')}"`;
  return `{${Object.entries(value)
    .map(([key, text]) => `${units(key)}:${units(text as string)}`)
    .join()}}`;
}

it('C34 takes the longest message in whatever JSON, as a body and as a frame', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const content = '\u{1f600}'.repeat(limits.message.contentCharacters);
  const base = `${app.url}/v1/conversations/${conversationId}/messages`;
  const headers = { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' };
  const body = escaped({ id: randomUUID(), content });
  expect(body.length).toBeGreaterThan(48_000);
  const sent = await fetch(base, { method: 'POST', headers, body });
  expect([sent.status, await sent.json()]).toMatchObject([201, { message: { content } }]);
  const { message } = await done(socket, 'message:send', {
    conversationId,
    id: randomUUID(),
    content: 'short',
  });
  const edited = await fetch(`${base}/${message.id}`, {
    method: 'PATCH',
    headers,
    body: escaped({ content }),
  });
  expect([edited.status, await edited.json()]).toMatchObject([200, { message: { content } }]);
  for (const [name, payload] of [
    ['message:send', { conversationId, id: randomUUID(), content }],
    ['message:edit', { conversationId, messageId: message.id, content }],
  ] as const)
    expect(await sendCommand(socket, name, escaped(payload))).toMatchObject({
      ok: true,
      data: { message: { content } },
    });
});

it('CR LF in a message is stored as LF, and a repeat with either is the same message', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const path = `/conversations/${conversationId}/messages`;
  const [windows, unix] = ['one\r\ntwo\r\n', 'one\ntwo\n'];
  const draft = { id: randomUUID(), content: windows };
  const sent = await owner.post(path, draft);
  expect([sent.status, sent.body.message?.content]).toEqual([201, unix]);
  for (const content of [windows, unix]) {
    const repeated = await owner.post(path, { ...draft, content });
    expect([repeated.status, repeated.body]).toMatchObject([200, { duplicate: true }]);
  }
  const { message } = await done(socket, 'message:send', {
    conversationId,
    id: randomUUID(),
    content: windows,
  });
  expect(message.content).toBe(unix);
  const input = { conversationId, messageId: message.id, content: 'three\r\n' };
  expect((await done(socket, 'message:edit', input)).message.content).toBe('three\n');
  const edited = await owner.patch(`${path}/${message.id}`, { content: windows });
  expect([edited.status, edited.body.message?.content]).toEqual([200, unix]);
  // What is counted is what is sent; a CR by itself is a control character as before.
  const id = randomUUID();
  const long = '\r\n'.repeat(limits.message.contentCharacters / 2 - 1);
  const longest = await owner.post(path, { id, content: `xy${long}` });
  expect(longest.body.message?.content).toBe(`xy${long.replaceAll('\r', '')}`);
  for (const content of [`xyz${long}`, 'one\rtwo'])
    expect((await owner.post(path, { id, content })).status).toBe(422);
});

it('a message of nothing visible is refused, sent or edited', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const path = `/conversations/${conversationId}/messages`;
  const [input] = [{ conversationId, id: randomUUID(), content: 'seen' }];
  const { message } = await done(socket, 'message:send', input);
  const errors = [{ pointer: '/content', detail: unseen }];
  for (const content of [
    ' ',
    '\n\t',
    '\u00a0\u2003\u3000',
    '\u200b',
    '\u3164\uffa0',
    '\u2060\ufe0f',
  ]) {
    const draft = { id: randomUUID(), content };
    expect((await owner.post<Problem>(path, draft)).body.errors).toEqual(errors);
    const edit = await owner.patch<Problem>(`${path}/${message.id}`, { content });
    expect(edit.body.errors).toEqual(errors);
    const place = { conversationId, ...draft };
    expect(await ask(socket, 'message:send', place)).toMatchObject({ error: { errors } });
    const change = { conversationId, messageId: message.id, content };
    expect(await ask(socket, 'message:edit', change)).toMatchObject({ error: { errors } });
  }
  // What joins is part of what is seen.
  for (const content of ['\u{1f469}\u200d\u{1f4bb}', '\u200b.', '\uffa0\uac00'])
    expect((await owner.post(path, { id: randomUUID(), content })).status).toBe(201);
});
