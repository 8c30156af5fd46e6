import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { expect, it, vi } from 'vitest';
import { newMessageId } from '../../client/message-id.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import {
  ask,
  done,
  refused,
  startApp,
  sharedVariables,
  until,
  type TestApp,
} from '../support/app.ts';
import { waitForLateWrites } from '../support/late-writes.ts';
import { createGate, numbers, seedMessages } from '../support/node.ts';

const path = (conversationId: string): string => `/conversations/${conversationId}/messages`;
const draft = (content: string) => ({ id: randomUUID(), content });

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

it('S14 refuses the same id with other content, in another conversation and by another sender', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const second = (await owner.post('/conversations', { type: 'group', name: 'B' })).body.id;
  const message = draft('first');
  expect((await owner.post(path(conversationId), message)).status).toBe(201);
  expect((await owner.post(path(conversationId), message)).status).toBe(200);
  for (const answer of [
    await owner.post(path(conversationId), { ...message, content: 'second' }),
    await owner.post(path(second), message),
    await others[0]!.post(path(conversationId), message),
  ])
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency-mismatch']);
  expect(await stored(app)).toMatchObject([{ seq: 1, content: 'first' }]);
  expect((await owner.post(path(second), draft('first'))).body.message.seq).toBe(1);
});

it('S14 an id of a conversation that somebody cannot see tells them nothing of it', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const { message } = (await owner.post(path(conversationId), draft('a secret canary'))).body;
  const stranger = await app.register();
  const theirs = (await stranger.post('/conversations', { type: 'group', name: 'B' })).body.id;
  const reader = await owner.connect();
  const heard: unknown[] = [];
  reader.on('message:created', (notice) => heard.push(notice));

  const taken = await stranger.post(path(theirs), { id: message.id, content: 'a secret canary' });
  const own = draft('mine');
  await stranger.post(path(theirs), own);
  const other = await stranger.post(path(theirs), { ...own, content: 'other' });
  // As if it were an id of their own, whatever the content.
  const facts = ({ status, body }: typeof taken) => [status, { ...body, requestId: '' }];
  expect(facts(taken)).toEqual(facts(other));
  expect(taken.body.code).toBe('idempotency-mismatch');
  await done(reader, 'conversation:heads', {});
  expect(heard).toEqual([]); // nor do its members hear of a message that was sent long ago
});

it('an id is a UUID of any version in lower case, and comes back as it is', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  for (const id of [newMessageId(), randomUUID(), '00000000-0000-0000-0000-000000000000']) {
    const sent = await done(socket, 'message:send', { conversationId, id, content: 'hello' });
    expect(sent.message.id).toBe(id);
    expect(
      (await owner.patch(`${path(conversationId)}/${id}`, { content: 'edited' })).body,
    ).toEqual({
      message: {
        ...sent.message,
        content: 'edited',
        rev: expect.any(Number),
        editedAt: expect.any(String),
      },
    });
  }
  const errors = [{ pointer: '/id', detail: 'must be a UUID in lower case' }];
  for (const id of [randomUUID().toUpperCase(), randomUUID().replaceAll('-', ''), 'one', ''])
    expect((await owner.post(path(conversationId), { id, content: 'hello' })).body.errors).toEqual(
      errors,
    );
});

it('a message is stored as a UUID and without the fields of changes until there is one', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const { message } = (await owner.post(path(conversationId), draft('hello'))).body;
  expect(message).toMatchObject({ rev: 0, editedAt: null, deletedAt: null });
  const [row] = await stored(app);
  const fields = ['_id', 'content', 'conversation', 'sender', 'seq', 'timestamp'];
  expect(Object.keys(row!).toSorted()).toEqual(fields);
  expect([row!._id, String(row!._id)]).toEqual([expect.any(mongo.UUID), message.id]);
  await owner.patch(`${path(conversationId)}/${message.id}`, { content: 'edited' });
  expect(Object.keys((await stored(app))[0]!).toSorted()).toEqual(
    [...fields, 'editedAt', 'rev'].toSorted(),
  );
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
});

it('S18 gives each of 10,000 messages once while paging both ways and new ones arrive', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 10_000);
  const page = async (place: string) =>
    (await owner.get(`${path(conversationId)}?limit=100${place}`)).body;
  const seqsOf = (items: MessageView[]) => items.map(({ seq }) => seq);

  const back: number[] = [];
  for (let place = '', more = true; more; place = `&before=${back[0]}`) {
    const { items, hasMoreBefore } = await page(place);
    back.unshift(...seqsOf(items));
    more = hasMoreBefore;
    if (back.length <= 300) await owner.post(path(conversationId), draft('new'));
  }
  expect(back).toEqual(numbers(10_000));

  const forward: number[] = [];
  for (let after = 0, more = true; more; after = forward.at(-1)!) {
    const { items, hasMoreAfter } = await page(`&after=${after}`);
    forward.push(...seqsOf(items));
    more = hasMoreAfter;
    if (forward.length <= 300) await owner.post(path(conversationId), draft('new'));
  }
  expect(forward).toEqual(numbers(10_006));

  const around = (await owner.get(`${path(conversationId)}?limit=10&around=500`)).body;
  expect(seqsOf(around.items)).toEqual(numbers(10, 495));
  expect((await owner.get(`${path(conversationId)}?before=5&after=2`)).status).toBe(422);
  expect((await owner.get(`${path(conversationId)}?limit=101`)).status).toBe(422);
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

  // Stored a moment later, by two writes for all sends.
  await waitForLateWrites(app, 2);
  const marks = await app.app.connection.collection('memberships').find().toArray();
  const markOf = (user: typeof owner) => marks.find((row) => String(row['user']) === user.id);
  expect(markOf(owner)).toMatchObject({ lastReadSeq: 2, lastDeliveredSeq: 2 });
  expect(markOf(others[0]!)).toMatchObject({ lastReadSeq: 0 });
});

it('S37 a stop answers what is under way, takes nothing new, and stores what was late', async () => {
  const shared = sharedVariables();
  const [app, observer] = [await startApp(shared), await startApp(shared)];
  const { conversationId, owner } = await app.group(1);
  const sockets = await Promise.all([owner.connect(), owner.connect()]);
  // The first commit is under way until the stop has begun.
  const answered = createGate();
  const { collection } = app.app.connection.model('Message');
  const insert = collection.insertMany.bind(collection);
  vi.spyOn(collection, 'insertMany').mockImplementationOnce(async (...args) => {
    const result = await insert(...args);
    await answered.passed;
    return result;
  });
  const answers = sockets.flatMap((socket, index) =>
    Array.from({ length: 20 }, (_, number) =>
      ask(socket, 'message:send', { conversationId, ...draft(`${index} ${number}`) }),
    ),
  );
  await until(async () => (await stored(observer)).length > 0);
  const stopping = app.app.stop();
  const late = ask(sockets[0], 'message:send', { conversationId, ...draft('late') });
  expect(await late).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  answered.open();
  const acknowledged = (await Promise.all(answers)).filter((answer) => answer.ok);
  expect(acknowledged.length).toBeGreaterThan(0);
  await stopping;
  expect(await stored(observer)).toHaveLength(acknowledged.length); // none of them unanswered
  const marks = await observer.app.connection.collection('memberships').find().toArray();
  expect(marks).toMatchObject([{ lastReadSeq: acknowledged.length }]);
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
