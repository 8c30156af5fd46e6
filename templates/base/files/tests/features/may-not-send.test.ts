import { expect, it } from 'vitest';
import { done, startApp, type TestApp, type TestUser } from '../support/app.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { post } from '../support/client.ts';
import { inIds } from '../../src/platform/database/ids.ts';
import { placeOf, stage } from '../support/places.ts';
import { askFor, nameOf, readUses, type Kind, type Use } from '../support/uses.ts';

const uses = (await readUses()).filter(({ answers }) => 'group' in answers);
const answersOf = ({ answers }: Use) => answers as Readonly<Record<Kind, string>>;

/** What tests/access refuses to members of channels and to whoever is blocked: what those do who may send. */
const ofSenders = uses
  .filter((use) => answersOf(use).channel.startsWith('403'))
  .filter((use) => answersOf(use).direct.endsWith('403'));

interface Muzzled {
  readonly what: string;
  readonly user: TestUser;
  /** Who is told of what happens there. */
  readonly other: TestUser;
  readonly conversationId: string;
}

/** Users who may not send any more where they have sent something, and one who never could. */
async function startMuzzled(app: TestApp): Promise<Muzzled[]> {
  const { conversationId, owner, others } = await app.group(3, { type: 'channel' });
  const [demoted, member] = others as [TestUser, TestUser];
  const path = `/conversations/${conversationId}/members/${demoted.id}`;
  await post(owner, conversationId, 'as the owner');
  await owner.patch(path, { role: 'admin' });
  await post(demoted, conversationId, 'as an admin');
  await owner.patch(path, { role: 'member' });
  const [blocked, blocker] = (await app.registerMany(2)) as [TestUser, TestUser];
  const direct = (await blocked.put(`/conversations/direct/${blocker.id}`)).body.id as string;
  for (const user of [blocker, blocked]) await post(user, direct, 'before the block');
  await blocker.put(`/users/${blocked.id}/block`);
  return [
    { what: 'a member', user: member, other: owner, conversationId },
    { what: 'a demoted admin', user: demoted, other: owner, conversationId },
    { what: 'a blocked user', user: blocked, other: blocker, conversationId: direct },
  ];
}

it('S47 whoever may not send changes nothing and tells nobody, and takes back what they said', async () => {
  const app = await startApp();
  const outsider = await app.register();
  for (const { what, user, other, conversationId } of await startMuzzled(app)) {
    const [socket, listener] = [await user.connect(), await other.connect()];
    const heard: string[] = [];
    listener.onAny((name: string) => void heard.push(name));
    const { items } = (await user.get(`/conversations/${conversationId}/messages`)).body;
    const messages = items as MessageView[];
    const idBy = ({ id }: TestUser) => messages.find(({ sender }) => sender === id)?.id;
    const otherMessageId = idBy(other)!;
    const ownMessageId = idBy(user) ?? otherMessageId;
    const ids = { conversationId, ownMessageId, otherMessageId, targetId: other.id };
    const place = { ...placeOf(user, outsider.id, user.session.deviceId), ...ids };
    const answers: Record<string, number> = {};
    for (const use of ofSenders) {
      const by = { token: user.token, socket };
      answers[nameOf(use)] = (await askFor(app, use, use.input(place), by)).status;
    }
    expect([what, answers]).toEqual([
      what,
      Object.fromEntries(ofSenders.map((use) => [nameOf(use), 403])),
    ]);
    await done(listener, 'conversation:heads', {}); // behind what it might have heard
    expect([what, heard]).toEqual([what, []]);
    const taken = await user.delete(`/conversations/${conversationId}/messages/${ownMessageId}`);
    expect([what, taken.status]).toEqual([what, idBy(user) === undefined ? 403 : 204]);
  }
  expect(ofSenders.map(nameOf)).toEqual(expect.arrayContaining(['sendMessage', 'message:send']));
});

/** Rows of everything that conversations have, but for who is in them and how they are changed. */
async function rowsOf(app: TestApp, conversationIds: readonly string[]) {
  const { connection } = app.app;
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { name } of await connection.listCollections())
    if (!['conversations', 'memberships', 'changes'].includes(name))
      for (const row of await connection
        .collection(name)
        .find({ conversation: inIds(conversationIds) })
        .toArray())
        rows.set(`${name} ${String(row._id)}`, row);
  return rows;
}

it('C81 by no route and no command does a conversation get anything from whoever may not send', async () => {
  const app = await startApp();
  const muzzled = [
    { kind: 'channel', by: 'member' },
    { kind: 'direct', by: 'blocked' },
  ] as const;
  const cells = uses.flatMap((use) => muzzled.map((cell) => ({ ...cell, use })));
  const stages = await stage(app, cells);
  const sockets = new Map<string, Awaited<ReturnType<TestUser['connect']>>>();
  for (const user of new Set(stages.map((one) => one.user)))
    sockets.set(user.id, await user.connect());
  const ids = stages.map(({ place }) => place.conversationId);
  const before = await rowsOf(app, ids);
  for (const [index, { place, user }] of stages.entries()) {
    const { use } = cells[index]!;
    const by = { token: user.token, socket: sockets.get(user.id)! };
    await askFor(app, use, use.input(place), by);
  }
  const changed: string[] = [];
  for (const [id, row] of await rowsOf(app, ids)) {
    if (JSON.stringify(row) === JSON.stringify(before.get(id))) continue;
    const index = ids.indexOf(String(row['conversation']));
    const isOwn = String(row['sender']) === stages[index]!.user.id && before.has(id);
    const isTakenBack = isOwn && row['deletedAt'] != null && row['content'] === null;
    const { use, kind } = cells[index]!;
    changed.push(`${isTakenBack ? '' : 'adds to it: '}${nameOf(use)} in ${kind}`);
  }
  expect(changed.toSorted()).toEqual(
    ['deleteMessage', 'message:delete']
      .flatMap((name) => muzzled.map(({ kind }) => `${name}, one of their own in ${kind}`))
      .toSorted(),
  );
});
