import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { MessageView } from '../src/contract/messages.ts';
import { ask, done, next, refused, startApp, until, type TestApp } from './support/app.ts';

const path = (conversationId: string): string => `/conversations/${conversationId}/messages`;
const draft = (content: string) => ({ clientMessageId: randomUUID(), content });

/** Everything that is stored of a conversation, by place. */
const stored = (app: TestApp) =>
  app.app.connection.collection('messages').find().sort({ conversation: 1, seq: 1 }).toArray();

it('S7 refuses a sender, a seq or a timestamp of the client, and sets its own', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const socket = await owner.connect();
  for (const extra of [
    { sender: others[0]!.id },
    { seq: 9 },
    { timestamp: '2020-01-01T00:00:00Z' },
  ]) {
    const body = { ...draft('hello'), ...extra };
    expect((await owner.post(path(conversationId), body)).status).toBe(422);
    expect((await refused(socket, 'message:send', { conversationId, ...body })).code).toBe(
      'validation',
    );
  }
  expect(await stored(app)).toEqual([]);

  const { message } = (await owner.post(path(conversationId), draft('hello'))).body;
  expect(message).toMatchObject({ sender: owner.id, seq: 1, rev: 0, content: 'hello' });
});

it('P14 gives a text back as it was sent: by answer, notice and history', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const [writer, reader] = [await owner.connect(), await others[0]!.connect()];
  const texts = [
    '👩‍👩‍👧‍👦 e\u0301 é',
    ' spaces \t and\nlines ',
    '<b>&amp;</b> $gt {"a":1}',
    '\u202eabc',
    '日本語',
  ];
  for (const content of texts) {
    const created = next(reader, 'message:created');
    const sent = await done(writer, 'message:send', { conversationId, ...draft(content) });
    expect([sent.message.content, (await created).content]).toEqual([content, content]);
  }
  const page = await owner.get(path(conversationId));
  expect(page.body.items.map((item: MessageView) => item.content)).toEqual(texts);
});

it('C34 takes a text up to its limits and refuses one beyond', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const send = async (content: string) =>
    (await owner.post(path(conversationId), draft(content))).status;
  expect(await send('a'.repeat(4_000))).toBe(201);
  expect(await send('😀'.repeat(4_000))).toBe(201); // 16,000 bytes
  expect(await send('a'.repeat(4_001))).toBe(422);
  expect(await send('😀'.repeat(4_001))).toBe(422);
  expect(await send('')).toBe(422);
  expect(await send('a\u0000b')).toBe(422);
  expect(await send('\ud800')).toBe(422);
});

it('S13 stores a message once, however often it comes at the same time', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const reader = await others[0]!.connect();
  const seen = new Set<string>();
  reader.on('message:created', (message) => seen.add(`${message.seq} ${message.id}`));
  const sockets = await Promise.all([1, 2, 3, 4].map(() => owner.connect()));
  const command = { conversationId, ...draft('once') };

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index < 4
        ? owner.post(path(conversationId), draft('other')).then(() => undefined)
        : done(sockets[index % 4]!, 'message:send', command),
    ),
  );
  const results = answers.filter((answer) => answer !== undefined);
  expect(new Set(results.map(({ message }) => message.id)).size).toBe(1);
  expect(new Set(results.map(({ message }) => message.seq)).size).toBe(1);
  expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  const rows = await stored(app);
  expect(rows.filter((row) => row['content'] === 'once')).toHaveLength(1);
  expect(rows.map((row) => row['seq'])).toEqual([1, 2, 3, 4, 5]);
  await until(() => seen.size === 5);
});

it('S14 refuses other content under the same id; another conversation is another message', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const second = (await owner.post('/conversations', { type: 'group', name: 'B' })).body.id;
  const message = draft('first');
  expect((await owner.post(path(conversationId), message)).status).toBe(201);
  expect((await owner.post(path(conversationId), message)).status).toBe(200);
  const other = await owner.post(path(conversationId), { ...message, content: 'second' });
  expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
  const elsewhere = await owner.post(path(second), { ...message, content: 'second' });
  expect([elsewhere.status, elsewhere.body.message.seq]).toEqual([201, 1]);
});

it('a repeat after an edit is a repeat: the first content is gone', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const message = draft('first');
  const sent = (await owner.post(path(conversationId), message)).body.message;
  await owner.patch(`${path(conversationId)}/${sent.id}`, { content: 'edited' });
  const repeat = await owner.post(path(conversationId), message);
  expect(repeat).toMatchObject({
    status: 200,
    body: { duplicate: true, message: { content: 'edited', seq: 1, rev: 1 } },
  });
});

it('S15 numbers what four writers send as 1 to 1000, the same for every reader', async () => {
  const app = await startApp();
  const { conversationId, users } = await app.group(4);
  const sockets = await Promise.all(users.map((user) => user.connect()));
  const heard = sockets.map(() => [] as MessageView[]);
  sockets.forEach((socket, index) =>
    socket.on('message:created', (message) => heard[index]!.push(message)),
  );
  await Promise.all(
    sockets.map((socket, writer) =>
      Promise.all(
        Array.from({ length: 250 }, (_, number) =>
          done(socket, 'message:send', { conversationId, ...draft(`${writer} ${number}`) }),
        ),
      ),
    ),
  );
  await until(() => heard.every((messages) => messages.length === 1_000));
  const rows = await stored(app);
  expect(rows.map((row) => row['seq'])).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  const order = rows.map((row) => row['content'] as string);
  for (const messages of heard) expect(messages.map((message) => message.content)).toEqual(order);
  for (const writer of [0, 1, 2, 3]) {
    // One sender's messages keep their order.
    const own = order.filter((text) => text.startsWith(`${writer} `));
    expect(own).toEqual(Array.from({ length: 250 }, (_, number) => `${writer} ${number}`));
  }
}, 60_000);

it('S18 gives each message once while paging both ways and new ones arrive', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const collection = app.app.connection.collection('messages');
  const { ObjectId } = app.app.connection.base.Types;
  await collection.insertMany(
    Array.from({ length: 1_000 }, (_, index) => ({
      conversation: new ObjectId(conversationId),
      seq: index + 1,
      sender: new ObjectId(owner.id),
      clientMessageId: `seeded-${index}`,
      content: `message ${index + 1}`,
      timestamp: new Date(),
      rev: 0,
      editedAt: null,
      deletedAt: null,
    })),
  );
  const back: number[] = [];
  let place = '';
  for (let page = 0; page < 21; page += 1) {
    const { items, hasMoreBefore } = (await owner.get(`${path(conversationId)}?limit=50${place}`))
      .body;
    back.unshift(...items.map((item: MessageView) => item.seq));
    if (page < 3) await owner.post(path(conversationId), draft('new'));
    if (!hasMoreBefore) break;
    place = `&before=${items[0].seq}`;
  }
  expect(back).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));

  const forward: number[] = [];
  for (let after = 0, more = true; more;) {
    const { body } = await owner.get(`${path(conversationId)}?limit=50&after=${after}`);
    forward.push(...body.items.map((item: MessageView) => item.seq));
    after = forward.at(-1)!;
    more = body.hasMoreAfter;
  }
  expect(forward).toEqual(Array.from({ length: 1_003 }, (_, index) => index + 1));

  const around = (await owner.get(`${path(conversationId)}?limit=10&around=500`)).body;
  expect(around.items.map((item: MessageView) => item.seq)).toEqual([
    495, 496, 497, 498, 499, 500, 501, 502, 503, 504,
  ]);
  expect((await owner.get(`${path(conversationId)}?before=5&after=2`)).status).toBe(422);
  expect((await owner.get(`${path(conversationId)}?limit=101`)).status).toBe(422);
});

it('S20 edits and deletes keep place and number; a deleted content is gone everywhere', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const reader = await others[0]!.connect();
  const send = async (content: string): Promise<MessageView> =>
    (await owner.post(path(conversationId), draft(content))).body.message;
  const [first, secret] = [await send('first'), await send('a secret canary')];

  const updated = next(reader, 'message:updated');
  const edit = await owner.patch(`${path(conversationId)}/${first.id}`, { content: 'edited' });
  expect(edit.body.message).toMatchObject({ seq: 1, rev: 1, content: 'edited' });
  expect(await updated).toEqual(edit.body.message);

  const deleted = next(reader, 'message:deleted');
  expect((await owner.delete(`${path(conversationId)}/${secret.id}`)).status).toBe(204);
  expect(await deleted).toMatchObject({ seq: 2, rev: 2, content: null });

  const answers = [
    await owner.get(path(conversationId)),
    await owner.get(`/conversations/${conversationId}`),
    await owner.get(`/conversations/${conversationId}/changes`),
    await owner.get('/conversations'),
    {
      body: await done(reader, 'conversation:sync', {
        cursors: [{ conversationId, seq: 0, rev: 0 }],
      }),
    },
  ];
  expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('canary');
  expect(JSON.stringify(await stored(app))).not.toContain('canary');
  expect(answers[0]!.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2, content: null }] });
  const late = await owner.patch(`${path(conversationId)}/${secret.id}`, { content: 'back' });
  expect([late.status, late.body.code]).toEqual([409, 'already-deleted']);
  expect((await owner.delete(`${path(conversationId)}/${secret.id}`)).status).toBe(409);
});

it('many edits at once get dense revs', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const ids: string[] = [];
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f'])
    ids.push((await owner.post(path(conversationId), draft(text))).body.message.id);
  const answers = await Promise.all(
    ids.map((id) => owner.patch(`${path(conversationId)}/${id}`, { content: 'changed' })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  const { items, lastRev } = (await others[0]!.get(`/conversations/${conversationId}/changes`))
    .body;
  expect(lastRev).toBe(6);
  expect(items.map((item: MessageView) => item.rev)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('S8 a stranger reaches nothing of a private conversation, and members notice nothing', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const { message } = (await owner.post(path(conversationId), draft('private'))).body;
  const stranger = await app.register();
  const [socket, reader] = [await stranger.connect(), await others[0]!.connect()];
  const heard: string[] = [];
  reader.onAny((name: string) => heard.push(name));
  const one = `${path(conversationId)}/${message.id}`;

  const statuses = [
    await stranger.get(path(conversationId)),
    await stranger.post(path(conversationId), draft('intruder')),
    await stranger.patch(one, { content: 'intruder' }),
    await stranger.delete(one),
    await stranger.get(`/conversations/${conversationId}/changes`),
    await stranger.get(`/conversations/${conversationId}`),
  ].map(({ status }) => status);
  expect(statuses).toEqual([404, 404, 404, 404, 404, 404]);
  const place = { conversationId, messageId: message.id };
  for (const [name, payload] of [
    ['message:send', { conversationId, ...draft('intruder') }],
    ['message:edit', { ...place, content: 'intruder' }],
    ['message:delete', place],
  ] as const)
    expect((await refused(socket, name, payload)).code).toBe('not-found');
  const cursors = [{ conversationId, seq: 0, rev: 0 }];
  expect(await done(socket, 'conversation:sync', { cursors })).toEqual({
    conversations: [{ conversationId, left: true }],
  });
  expect(heard).toEqual([]);
  expect(await stored(app)).toHaveLength(1);
});

it('another member can neither edit nor delete; an admin can delete', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [author, admin] = others as [(typeof others)[0], (typeof others)[0]];
  await owner.patch(`/conversations/${conversationId}/members/${admin.id}`, { role: 'admin' });
  const { message } = (await author.post(path(conversationId), draft('mine'))).body;
  const one = `${path(conversationId)}/${message.id}`;
  expect((await admin.patch(one, { content: 'theirs' })).status).toBe(403);
  const ownersMessage = (await owner.post(path(conversationId), draft('owner'))).body.message;
  expect((await author.delete(`${path(conversationId)}/${ownersMessage.id}`)).status).toBe(403);
  expect((await admin.delete(one)).status).toBe(204);
});

it('a sent message is read by its sender', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  await owner.post(path(conversationId), draft('one'));
  await owner.post(path(conversationId), draft('two'));
  const view = async (user: typeof owner) =>
    (await user.get(`/conversations/${conversationId}`)).body;
  expect(await view(owner)).toMatchObject({ unread: 0, lastSeq: 2, lastReadSeq: 2 });
  expect(await view(others[0]!)).toMatchObject({ unread: 2, lastMessage: { content: 'two' } });
});

it('the sender gets the notice too, before the acknowledgement', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const order: string[] = [];
  socket.on('message:created', () => order.push('notice'));
  await ask(socket, 'message:send', { conversationId, ...draft('hello') });
  order.push('acknowledgement');
  expect(order).toEqual(['notice', 'acknowledgement']);
});
