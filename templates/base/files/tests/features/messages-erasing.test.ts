import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { eraseConversation } from '../../src/backend/messages/erasing.ts';
import { limits } from '../../src/configs/limits.ts';
import { createModels } from '../../src/models/index.ts';
import { newId } from '../../src/platform/database/ids.ts';
import { systemClock } from '../../src/platform/lib/time.ts';
import { done, startApp, until, type TestApp } from '../support/app.ts';
import { seedMessages } from '../support/node.ts';
import { profile } from '../support/profile.ts';

/** Nobody stops the node. */
const onward = new AbortController().signal;

function erasingOf({ app }: TestApp) {
  const ports = { clock: systemClock, models: createModels(app.connection) };
  return (conversationId: string, signal: AbortSignal) =>
    eraseConversation(ports, conversationId, signal);
}

it('erases the content of an archived conversation and of no other', async () => {
  const app = await startApp();
  const [archived, other] = [newId().toHexString(), newId().toHexString()];
  const sender = newId().toHexString();
  for (const id of [archived, other]) await seedMessages(app, id, 250, { sender });
  const erase = erasingOf(app);
  expect(await erase(archived, onward)).toBe(250);
  expect(await erase(archived, onward)).toBe(0);
  const left = await app.app.connection.collection('messages').distinct('conversation', {
    content: { $ne: null },
  });
  expect(left.map(String)).toEqual([other]);
});

it('erasing ends between two steps when its node stops, and begins again elsewhere', async () => {
  const app = await startApp();
  const [conversationId, sender] = [newId().toHexString(), newId().toHexString()];
  await seedMessages(app, conversationId, 250, { sender });
  const erase = erasingOf(app);
  const stopping = new AbortController();
  const left = () =>
    app.app.connection.collection('messages').countDocuments({ content: { $ne: null } });
  const erased = erase(conversationId, stopping.signal);
  stopping.abort(new Error('the node stops'));
  await expect(erased).rejects.toThrow('the node stops');
  expect(await left()).toBeGreaterThan(0);
  await erase(conversationId, onward);
  expect(await left()).toBe(0);
});

it('C63 what an edit and the erasing read has a limit of time', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  await seedMessages(app, conversationId, 2, { sender: owner.id });
  const path = `/conversations/${conversationId}/messages`;
  const [first] = (await owner.get(path)).body.items;
  const erase = erasingOf(app);
  const entries = await profile(app, async () => {
    expect((await owner.patch(`${path}/${first.id}`, { content: 'edited' })).status).toBe(200);
    await erase(conversationId, onward);
  });
  const reads = entries.filter(({ op }) => op === 'query');
  // Two and a check of the right to edit, two of the erasing.
  expect(reads.length).toBeGreaterThanOrEqual(4);
  for (const { ns, command } of reads)
    expect([ns, command.maxTimeMS]).toEqual([ns, limits.database.queryMs]);
});

it('an archived conversation loses its content, its name and its members', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const path = `/conversations/${conversationId}/messages`;
  await owner.post(path, { id: randomUUID(), content: 'canary' });
  await owner.delete(`/conversations/${conversationId}`);
  const { connection } = app.app;
  const jobs = connection.collection('jobs');
  await until(async () => (await jobs.countDocuments({ isSecond: true })) === 1);
  const rows = await connection.collection('messages').find().toArray();
  expect(rows).toMatchObject([{ seq: 1, content: null }]);
  const conversation = await connection.collection('conversations').findOne({});
  expect(conversation).toMatchObject({ type: 'group', name: null, createdBy: expect.anything() });
  const socket = await owner.connect();
  expect(await done(socket, 'conversation:heads', {})).toMatchObject({ heads: [] });
});
