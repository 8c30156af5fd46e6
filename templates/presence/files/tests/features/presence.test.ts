import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import type { UserRow } from '../../src/models/index.ts';
import { erasedUser } from '../../src/models/user.ts';
import { patchTo, toUpdate } from '../../src/platform/database/patch.ts';
import { done, next, refused, startApp, until, type TestUser } from '../support/app.ts';
import {
  closeSocket,
  listen,
  online,
  startSubscribed,
  startWithTimers,
  subscribe,
  unseen,
} from '../support/presence.ts';

it('tells who is online, when that changes, and roughly since when', async () => {
  const { app, timers } = await startWithTimers();
  const { owner, others } = await app.group(2);
  const watched = others[0]!;
  const socket = await owner.connect();
  expect(await subscribe(socket, watched.id)).toEqual([unseen(watched.id)]);

  const came = next(socket, 'presence:updated');
  const theirs = await watched.connect();
  expect(await came).toEqual(online(watched.id));
  expect(await subscribe(socket, watched.id)).toEqual([online(watched.id)]);

  const went = next(socket, 'presence:updated');
  await closeSocket(app, theirs);
  expect(await subscribe(socket, watched.id)).toEqual([online(watched.id)]);
  timers.pass(10_000);
  const last = await went;
  expect(last).toMatchObject({ userId: watched.id, status: 'offline' });
  expect(Date.parse(last.lastSeenAt ?? '') % 300_000).toBe(0);
  expect(await subscribe(socket, watched.id, owner.id)).toEqual([last, online(owner.id)]);
});

it('tells no more after an unsubscribe', async () => {
  const app = await startApp();
  const { watched, socket, heardByNow } = await startSubscribed(app);
  expect(await done(socket, 'presence:unsubscribe', { userIds: [watched.id] })).toEqual({
    presences: [],
  });
  await watched.connect();
  expect(await heardByNow()).toEqual([]);
});

it('S27 one of two tabs closes: its user stays online and the other one still receives', async () => {
  const { app, timers } = await startWithTimers();
  const { conversationId, subscriber, watched, socket, heardByNow } = await startSubscribed(app);
  const tabs = [await watched.connect(), await watched.connect()] as const;
  await closeSocket(app, tabs[0]);
  timers.pass(60_000);
  const created = next(tabs[1], 'message:created');
  await subscriber.post(`/conversations/${conversationId}/messages`, {
    id: randomUUID(),
    content: 'hello',
  });
  await created;
  expect(await heardByNow()).toEqual([online(watched.id)]);
  expect(await subscribe(socket, watched.id)).toEqual([online(watched.id)]);
});

it('S29 the last socket closes and returns in 5 s: nobody hears that its user was away', async () => {
  const { app, timers } = await startWithTimers();
  const { watched, heard, heardByNow } = await startSubscribed(app);
  await closeSocket(app, await watched.connect());
  timers.pass(5_000);
  const back = await watched.connect();
  timers.pass(60_000);
  expect(await heardByNow()).toEqual([online(watched.id)]);

  await closeSocket(app, back);
  timers.pass(10_000);
  await until(() => heard().length > 1);
  expect(heard()[1]).toMatchObject({ status: 'offline' });
});

it('C32 who shares no conversation hears nothing, and the same of real and unreal users', async () => {
  const { app, timers } = await startWithTimers();
  const { watched, heard } = await startSubscribed(app);
  const stranger = await (await app.register()).connect();
  const heardByStranger = listen(stranger);
  const nobody = '0'.repeat(24);
  const same = [unseen(watched.id), unseen(nobody)];
  const theirs = await watched.connect();
  await until(() => heard().length === 1);

  expect(await subscribe(stranger, watched.id, nobody)).toEqual(same);
  await closeSocket(app, theirs);
  timers.pass(10_000);
  await until(() => heard().length === 2);
  expect(await subscribe(stranger, watched.id, nobody)).toEqual(same);
  expect(heardByStranger).toEqual([]);
});

it('C32 nobody is known from an archived conversation', async () => {
  const app = await startApp();
  const { conversationId, subscriber, watched, socket, heard } = await startSubscribed(app);
  await watched.connect();
  await until(() => heard().length === 1);
  await subscriber.delete(`/conversations/${conversationId}`);
  expect(await subscribe(socket, watched.id)).toEqual([unseen(watched.id)]);
});

it.each(['leaves', 'is removed'])(
  'C32 whoever %s is told of nobody there any more, and nobody there of them',
  async (how) => {
    const { app, timers } = await startWithTimers();
    const { conversationId, owner, others } = await app.group(3);
    const [member, other] = others as [TestUser, TestUser];
    const staying = await owner.connect();
    await subscribe(staying, member.id, other.id);
    const heard = listen(staying);
    const going = await member.connect();
    await subscribe(going, other.id);
    const heardAfter = listen(going);
    await until(() => heard.length === 1);

    const at = `/conversations/${conversationId}`;
    if (how === 'leaves') await member.post(`${at}/leave`);
    else await owner.delete(`${at}/members/${member.id}`);

    const third = await other.connect();
    await until(() => heard.length === 2);
    await done(going, 'conversation:heads', {});
    expect(heardAfter).toEqual([]);
    // In this order: what is told of the first one is heard before the second one goes.
    await closeSocket(app, going);
    await closeSocket(app, third);
    timers.pass(10_000);
    await until(() => heard.at(-1)?.status === 'offline');
    expect(heard.map(({ userId }) => userId)).toEqual([member.id, other.id, other.id]);
  },
);

it('S33 after a block neither sees the presence of the other, whatever they share', async () => {
  const { app, timers } = await startWithTimers();
  const { subscriber, watched, socket, heard } = await startSubscribed(app);
  const witness = await app.register();
  await watched.put(`/conversations/direct/${subscriber.id}`);
  await watched.put(`/conversations/direct/${witness.id}`);
  const third = await witness.connect();
  await subscribe(third, watched.id);
  const heardByWitness = listen(third);
  const theirs = await watched.connect();
  await until(() => heard().length === 1 && heardByWitness.length === 1);

  expect((await watched.put(`/users/${subscriber.id}/block`)).status).toBe(204);
  expect(await subscribe(theirs, subscriber.id)).toEqual([unseen(subscriber.id)]);
  await closeSocket(app, theirs);
  timers.pass(10_000);
  await until(() => heardByWitness.length === 2);
  expect(await subscribe(socket, watched.id)).toEqual([unseen(watched.id)]);
  expect(heard()).toHaveLength(1);

  await watched.delete(`/users/${subscriber.id}/block`);
  expect(await subscribe(socket, watched.id)).toEqual([heardByWitness[1]]);
});

it('a socket is told of a thousand users at most', async () => {
  const app = await startApp();
  const { connection } = app.app;
  const { conversationId, owner, others } = await app.group(2);
  const { ObjectId } = connection.base.Types;
  const users = Array.from({ length: 1_000 }, () => new ObjectId());
  const conversation = new ObjectId(conversationId);
  const { _id, ...row } = (await connection.collection('memberships').findOne({ conversation }))!;
  await connection.collection('memberships').insertMany(users.map((user) => ({ ...row, user })));
  const socket = await owner.connect();
  for (let start = 0; start < 1_000; start += 100)
    await subscribe(socket, ...users.slice(start, start + 100).map(String));
  const userIds = [others[0]!.id];
  expect((await refused(socket, 'presence:subscribe', { userIds })).code).toBe('limit-reached');
  await done(socket, 'presence:unsubscribe', { userIds: [String(users[0])] });
  expect(await subscribe(socket, ...userIds)).toEqual([unseen(userIds[0]!)]);
});

it('C70 nothing is kept of when an erased user was here last', async () => {
  const { app, timers } = await startWithTimers();
  const { watched, heard } = await startSubscribed(app);
  const { connection, io } = app.app;
  const socket = await watched.connect();
  await until(() => heard().length === 1);
  const userId = new mongoose.Types.ObjectId(watched.id);
  await connection
    .collection<UserRow>('users')
    .updateOne({ _id: userId }, toUpdate(patchTo(erasedUser(watched.id))));
  socket.disconnect();
  await until(() => io.of('/').sockets.size === 1);
  // The time until somebody counts as gone begins a moment after that.
  await until(() => {
    timers.pass(10_000);
    return heard().length === 2;
  });
  await until(async () => (await connection.collection('connections').countDocuments()) === 1);
  const row = await connection.collection('users').findOne({ _id: userId });
  expect(row).toMatchObject({ status: 'erased', lastSeenAt: null });
});
