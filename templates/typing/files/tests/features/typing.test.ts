import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { done, next, refused, startApp, until } from '../support/app.ts';
import { blockNobodies, roomsOf, watchExcepts } from '../support/excepts.ts';

/** A group with the sockets of its owner, who writes, and of another member. */
async function startPair(size = 2) {
  const { conversationId, owner, others } = await (await startApp()).group(size);
  return {
    conversationId,
    owner,
    writer: await owner.connect(),
    reader: await others[0]!.connect(),
  };
}

/** The same while the owner writes, which the other one has been told. */
async function startWriting() {
  const pair = await startPair();
  const started = next(pair.reader, 'typing:updated');
  await done(pair.writer, 'typing:start', { conversationId: pair.conversationId });
  await started;
  return pair;
}

it.concurrent(
  'tells the other members who is writing, and that they stopped at a send',
  async () => {
    const { conversationId, owner, writer, reader } = await startPair();
    const ownNotices: unknown[] = [];
    writer.on('typing:updated', (notice) => ownNotices.push(notice));

    const started = next(reader, 'typing:updated');
    await done(writer, 'typing:start', { conversationId });
    expect(await started).toEqual({
      conversationId,
      userId: owner.id,
      isTyping: true,
      expiresInMs: 6_000,
    });

    const stopped = next(reader, 'typing:updated');
    await done(writer, 'message:send', {
      conversationId,
      id: randomUUID(),
      content: 'hello',
    });
    expect(await stopped).toMatchObject({ userId: owner.id, isTyping: false });
    expect(ownNotices).toEqual([]);
  },
);

it.concurrent('S33 in a group nobody with whom the writer has a block hears of it', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [blocked, member] = others as [typeof owner, typeof owner];
  await owner.put(`/users/${blocked.id}/block`);
  const [writer, his, theirs] = [
    await owner.connect(),
    await blocked.connect(),
    await member.connect(),
  ];
  const heard: unknown[] = [];
  his.on('typing:updated', (notice) => heard.push(notice));
  const started = next(theirs, 'typing:updated');
  await done(writer, 'typing:start', { conversationId });
  await started;
  const stopped = next(theirs, 'typing:updated');
  await done(writer, 'typing:stop', { conversationId });
  await stopped;
  await done(his, 'conversation:heads', {});
  expect(heard).toEqual([]);
});

it.concurrent('S33 what is told of a writer names those with a block who are there', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(3);
  const [blocked, member] = others as [typeof owner, typeof owner];
  await blockNobodies(app, owner, 10);
  await owner.put(`/users/${blocked.id}/block`);
  const [writer, theirs] = [await owner.connect(), await member.connect()];
  const excepts = watchExcepts(conversationId, 'typing:updated');
  const started = next(theirs, 'typing:updated');
  await done(writer, 'typing:start', { conversationId });
  await started;
  expect(excepts).toEqual([roomsOf(owner, blocked)]);
});

it.concurrent('tells that the writer paused', async () => {
  const { conversationId, owner, writer, reader } = await startWriting();
  const stopped = next(reader, 'typing:updated');
  await done(writer, 'typing:stop', { conversationId });
  expect(await stopped).toMatchObject({ userId: owner.id, isTyping: false });
});

it.concurrent('ends with the socket of the writer', async () => {
  const { writer, reader } = await startWriting();
  const stopped = next(reader, 'typing:updated');
  writer.disconnect();
  expect(await stopped).toMatchObject({ isTyping: false });
});

it.concurrent('S31 typing without stop disappears after 6 s', async () => {
  const { conversationId, writer, reader } = await startPair();
  const heard: boolean[] = [];
  reader.on('typing:updated', ({ isTyping }) => heard.push(isTyping));

  await done(writer, 'typing:start', { conversationId });
  await done(writer, 'typing:start', { conversationId }); // too soon to be told again
  await until(() => heard.includes(false));
  expect(heard).toEqual([true, false]);
});

it.concurrent("S31 a non-member's typing reaches nobody", async () => {
  const app = await startApp();
  const { conversationId, others } = await app.group(2);
  const stranger = await app.register();
  const socket = await stranger.connect();
  const reader = await others[0]!.connect();
  const heard: unknown[] = [];
  reader.on('typing:updated', (notice) => heard.push(notice));

  expect(await refused(socket, 'typing:start', { conversationId })).toMatchObject({
    code: 'not-found',
  });
  // What was sent before this answer has arrived by the time of the next notice.
  const created = next(reader, 'message:created');
  await others[0]!.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'hello',
  });
  await created;
  expect(heard).toEqual([]);
});

it.concurrent('S31 in a room of 101 nobody gets typing', async () => {
  const { conversationId, writer, reader } = await startPair(101);
  const heard: unknown[] = [];
  reader.on('typing:updated', (notice) => heard.push(notice));

  const created = next(reader, 'message:created');
  await done(writer, 'typing:start', { conversationId });
  await done(writer, 'message:send', { conversationId, id: randomUUID(), content: 'hello' });
  await created;
  expect(heard).toEqual([]);
});

it.concurrent('S33 in a blocked direct conversation nobody sees the other one write', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register(), await app.register()];
  const conversationId = (await anna.put(`/conversations/direct/${bert.id}`)).body.id;
  const [hers, his] = [await anna.connect(), await bert.connect()];
  const heard: unknown[] = [];
  for (const socket of [hers, his]) socket.on('typing:updated', (notice) => heard.push(notice));
  await anna.put(`/users/${bert.id}/block`);
  for (const socket of [hers, his])
    expect(await done(socket, 'typing:start', { conversationId })).toEqual({});
  for (const socket of [hers, his]) await done(socket, 'conversation:heads', {});
  expect(heard).toEqual([]);
});
