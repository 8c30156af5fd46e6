import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { MessageView } from '../../src/contract/messages.ts';
import { done, next, refused, startApp, type TestApp } from '../support/app.ts';

const path = (conversationId: string): string => `/conversations/${conversationId}/messages`;
const draft = (content: string) => ({ id: randomUUID(), content });

/** Everything that is stored of a conversation, by place. */
const stored = (app: TestApp) =>
  app.app.connection.collection('messages').find().sort({ conversation: 1, seq: 1 }).toArray();

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

it('I5 what one socket asks for happens in that order, also when the database answers late', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const { message } = await done(socket, 'message:send', { conversationId, ...draft('first') });
  const messages = app.app.connection.model('Message').collection;
  const find = messages.find.bind(messages);
  vi.spyOn(messages, 'find').mockImplementationOnce((...args) => {
    const cursor = find(...args);
    const toArray = cursor.toArray.bind(cursor);
    return Object.assign(cursor, { toArray: () => sleep(300).then(toArray) });
  });
  const edits = ['one', 'two', 'three'].map((content) =>
    done(socket, 'message:edit', { conversationId, messageId: message.id, content }),
  );
  const revs = (await Promise.all(edits)).map((edit) => edit.message.rev);
  expect(revs).toEqual([1, 2, 3]);
  expect(await stored(app)).toMatchObject([{ content: 'three', rev: 3 }]);
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

it('a sender deletes by socket, and the answer has no content', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const sent = await done(socket, 'message:send', { conversationId, ...draft('mine') });
  const place = { conversationId, messageId: sent.message.id };
  expect((await done(socket, 'message:delete', place)).message).toMatchObject({
    seq: 1,
    rev: 1,
    content: null,
    deletedAt: expect.any(String),
  });
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

it('outside of a public conversation its messages do not exist', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1, { visibility: 'public' });
  const { message } = (await owner.post(path(conversationId), draft('public'))).body;
  const stranger = await app.register();
  const one = `${path(conversationId)}/${message.id}`;
  expect((await stranger.patch(one, { content: 'theirs' })).status).toBe(404);
  expect((await stranger.delete(one)).status).toBe(404);
  expect((await stranger.post(path(conversationId), draft('intruder'))).status).toBe(403);
  expect((await stranger.get(path(conversationId))).status).toBe(403);
  expect(await stored(app)).toMatchObject([{ content: 'public' }]);
});
