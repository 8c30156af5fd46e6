import { randomUUID } from 'node:crypto';
import type { SessionView } from '../../src/contract/auth.ts';
import { expect, it } from 'vitest';
import type { MessageView } from '../../src/contract/messages.ts';
import { ask, done, next, until, type TestSocket, type TestUser } from '../support/app.ts';
import { holdLateWrites } from '../support/late-writes.ts';
import { startNodes } from './nodes.ts';

const draft = (conversationId: string, content = 'hello') => ({
  conversationId,
  id: randomUUID(),
  content,
});

/** What a socket hears of one notice, from now on. */
function listen(socket: TestSocket, name: string): unknown[] {
  const heard: unknown[] = [];
  (socket as unknown as { on(name: string, listener: (payload: unknown) => void): void }).on(
    name,
    (payload) => heard.push(payload),
  );
  return heard;
}

it('S28 messages, typing, receipts and members cross from node to node', async () => {
  const [one, two] = await startNodes(2);
  const { conversationId, owner, others } = await one.group(2);
  const [other] = others as [TestUser];
  const x = await owner.connect();
  const y = await two.connect(other.token);
  const created = next(y, 'message:created');
  const { message } = await done(x, 'message:send', draft(conversationId));
  expect(await created).toEqual(message);

  const typing = next(y, 'typing:updated');
  await done(x, 'typing:start', { conversationId });
  expect(await typing).toMatchObject({ conversationId, userId: owner.id, isTyping: true });

  const receipt = next(x, 'receipt:updated');
  await done(y, 'receipt:read', { conversationId, seq: 1 });
  expect(await receipt).toMatchObject({ userId: other.id, readSeq: 1 });

  const third = await two.register();
  const z = await third.connect();
  const added = [next(x, 'member:added'), next(z, 'conversation:created')];
  await owner.put(`/conversations/${conversationId}/members/${third.id}`);
  await Promise.all(added);
  const updated = next(z, 'message:updated');
  await owner.patch(`/conversations/${conversationId}/messages/${message.id}`, { content: 'edit' });
  expect(await updated).toMatchObject({ id: message.id, content: 'edit', rev: 1 });
});

it('what a send moves is seen on the other node too, before it is stored', async () => {
  const [one, two] = await startNodes(2);
  const { conversationId, owner } = await one.group(1);
  await owner.post('/conversations', { type: 'group', name: 'A later one' });
  holdLateWrites(one);
  await done(await owner.connect(), 'message:send', draft(conversationId));
  const there = two.adopt(owner.session);
  await until(async () => {
    const { items } = (await there.get('/conversations')).body;
    return items[0].id === conversationId && items[0].lastReadSeq === 1;
  });
  const members = (await there.get(`/conversations/${conversationId}/members`)).body.items;
  expect(members).toMatchObject([{ lastReadSeq: 1 }]);
});

it('C24 after the acknowledgement of a removal nothing reaches the one removed, on any node', async () => {
  const [one, two] = await startNodes(2);
  const { conversationId, owner, others } = await one.group(2);
  const [other] = others as [TestUser];
  const x = await owner.connect();
  const y = await two.connect(other.token);
  await done(y, 'message:send', draft(conversationId)); // the other node has the rights cached
  const path = `/conversations/${conversationId}/members/${other.id}`;
  for (let round = 0; round < 20; round += 1) {
    expect((await owner.delete(path)).status).toBe(204);
    const heard = listen(y, 'message:created');
    await done(x, 'message:send', draft(conversationId, `secret ${round}`));
    expect(await ask(y, 'message:send', draft(conversationId))).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
    const joined = next(y, 'conversation:created');
    expect((await owner.put(path)).status).toBe(201);
    await joined;
    expect(heard).toEqual([]); // what was sent before this notice has arrived
    y.off('message:created');
  }
});

it('S6 C17 a device revoked at one node loses its socket at the other, and only that', async () => {
  const [one, two] = await startNodes(2);
  const user = await one.register();
  const login = { login: user.username, password: `${user.username} likes long words` };
  const second = one.adopt((await one.call('POST', '/auth/login', { body: login })).body as never);
  const kept = await user.connect();
  const lost = await two.connect(second.token);
  const closed = new Promise((resolve) => lost.once('disconnect', resolve));
  expect((await user.delete(`/devices/${second.session.deviceId}`)).status).toBe(204);
  await closed;
  expect(kept.connected).toBe(true);
  const answer = await two.call('GET', '/users/me', { token: second.token });
  expect(answer.status).toBe(401);
});

it('S100 C120 a new password at one node ends what the old one opens at the other, sockets too', async () => {
  const [one, two] = await startNodes(2);
  for (let round = 0; round < 3; round += 1) {
    const user = await one.register();
    const password = `${user.username} likes long words`;
    const login = { login: user.username, password };
    const enter = () => two.call<SessionView>('POST', '/auth/login', { body: login });
    const socket = await two.connect(two.adopt((await enter()).body).token);
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    const { id = '' } = socket;
    const body = { currentPassword: password, newPassword: 'a quite new password 1' };
    const racing = Array.from({ length: 20 }, enter);
    expect((await user.post('/auth/password', body)).status).toBe(204);
    expect(two.app.io.of('/').sockets.has(id)).toBe(false);
    await closed;
    for (const { status } of await Promise.all(racing)) expect([200, 401]).toContain(status);
    const devices = (await user.get('/devices')).body.items;
    expect(devices.map((device: { id: string }) => device.id)).toEqual([user.session.deviceId]);
  }
}, 600_000);

it('S11 one direct conversation comes of 50 requests at once at two nodes', async () => {
  const [one, two] = await startNodes(2);
  const [a, b] = (await one.registerMany(2)) as [TestUser, TestUser];
  const atTwo = two.adopt(b.session);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0
        ? a.put(`/conversations/direct/${b.id}`)
        : atTwo.put(`/conversations/direct/${a.id}`),
    ),
  );
  const refused = answers.filter(({ status }) => status >= 400);
  expect(refused.map(({ body }) => body)).toEqual([]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await one.app.connection.collection('conversations').countDocuments()).toBe(1);
});

it('S15 every client sees the order of four writers at two nodes', async () => {
  const [one, two] = await startNodes(2);
  const { conversationId, users } = await one.group(4);
  const sockets = await Promise.all(
    users.map((user, index) => (index % 2 === 0 ? user.connect() : two.connect(user.token))),
  );
  const heard = sockets.map((socket) => listen(socket, 'message:created') as MessageView[]);
  await Promise.all(
    sockets.map(async (socket, writer) => {
      for (let number = 0; number < 250; number += 1)
        await done(socket, 'message:send', draft(conversationId, `${writer} ${number}`));
    }),
  );
  const inOrder = (messages: readonly MessageView[]) =>
    [...new Map(messages.map((message) => [message.seq, message.content]))].toSorted(
      ([a], [b]) => a - b,
    );
  await until(() => heard.every((messages) => inOrder(messages).length === 1_000));
  const [first, ...rest] = heard.map(inOrder);
  expect(first?.map(([seq]) => seq)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  for (const view of rest) expect(view).toEqual(first);
}, 600_000);
