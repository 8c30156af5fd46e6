import { expect, it } from 'vitest';
import type { MessageView } from '../../src/contract/messages.ts';
import { limits } from '../../src/configs/limits.ts';
import { routes } from '../../src/contract/index.ts';
import { reactionLimits } from '../../src/configs/reaction-limits.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { sharedVariables, startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { edit, openChat, post } from '../support/client.ts';
import { numbers } from '../support/node.ts';
import { createTestTimers } from '../support/timers.ts';

const pathOf = ({ conversationId, id }: MessageView, key: string): string =>
  `/conversations/${conversationId}/messages/${id}/reactions/${encodeURIComponent(key)}`;

/** Asks at a node until there is an answer: a node that has too much to do says so. */
async function react(at: TestApp, { token }: TestUser, message: MessageView, key: string) {
  for (;;) {
    const { status } = await at.call('PUT', pathOf(message, key), { token });
    if (status !== 503) return status;
  }
}

/** The sums of a message as its rows give them. */
async function countsOf({ app }: TestApp, { conversationId }: MessageView) {
  const rows = await app.connection
    .collection('reactions')
    .find({ conversation: toObjectId(conversationId) })
    .toArray();
  const counts: Record<string, number> = {};
  for (const key of rows.flatMap((row) => row['keys'] as string[]))
    counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

const shown = ({ reactions = [] }: MessageView): Record<string, number> =>
  Object.fromEntries(reactions.map(({ key, count }) => [key, count]));

/** Two nodes on one database that tell each other nothing. */
async function startNodes(size: number) {
  const shared = sharedVariables();
  const nodes = [await startApp(shared), await startApp(shared)] as const;
  const group = await nodes[0].group(size);
  return { nodes, ...group, message: await post(group.owner, group.conversationId, 'hello') };
}

it('S41 200 reactions at once to one message are all stored, by few revs, and clients agree', async () => {
  const { nodes, conversationId, users, message } = await startNodes(100);
  const chat = openChat(nodes[1], users[0]!);
  await until(() => chat.timeline(conversationId) !== undefined);
  const statuses = await Promise.all(
    users.flatMap((user, index) =>
      ['👍', '🎉'].map((key, place) => react(nodes[(index + place) % 2]!, user, message, key)),
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  const stored = await users[0]!.get(`/conversations/${conversationId}/messages/${message.id}`);
  expect(shown(stored.body.message)).toEqual({ '👍': 100, '🎉': 100 });
  expect(await countsOf(nodes[0], message)).toEqual({ '👍': 100, '🎉': 100 });
  expect(stored.body.message.rev).toBeLessThan(100);
  await chat.check();
  await until(() => chat.timeline(conversationId)?.rev === stored.body.message.rev);
  const known = [...chat.timeline(conversationId)!.known()].find(({ id }) => id === message.id);
  expect(known).toEqual(stored.body.message);
});

/** Messages may be pinned by a feature of its own. */
const hasPins = Object.keys(routes).includes('pinMessage');

it('S43 a client that was away has messages and own reactions as the database has them', async () => {
  const { nodes, conversationId, owner, users, message } = await startNodes(3);
  const user = users[1]!;
  const away = openChat(nodes[0], user);
  await until(() => away.timeline(conversationId) !== undefined);
  away.timeline(conversationId)!.page([message]);
  away.close();

  const chat = openChat(nodes[1], user);
  await until(() => chat.timeline(conversationId) !== undefined);
  chat.socket.disconnect();
  await react(nodes[0], user, message, '👍');
  await react(nodes[1], users[2]!, message, '👍');
  await edit(owner, message, 'better');
  if (hasPins) await owner.put(`/conversations/${conversationId}/messages/${message.id}/pin`);
  const another = await post(owner, conversationId, 'another');
  await react(nodes[0], user, another, '🎉');
  chat.socket.connect();
  await until(() => chat.timeline(conversationId)?.rev === (hasPins ? 5 : 4));
  const stored = (await user.get(`/conversations/${conversationId}/messages`)).body.items;
  expect([...chat.timeline(conversationId)!.known()].toSorted((a, b) => a.seq - b.seq)).toEqual(
    stored,
  );
  expect(stored).toMatchObject([{ myReactions: ['👍'] }, { myReactions: ['🎉'] }]);
  expect('pinned' in stored[0]).toBe(hasPins);
});

it('S46 a large conversation rests after a reaction; what comes meanwhile is one rev, and each is told', async () => {
  const timers = createTestTimers();
  const app = await startApp({}, { timers });
  const { conversationId, owner, users } = await app.group(limits.conversation.initialMembers);
  const more = await app.registerMany(2);
  for (const { id } of more) await owner.put(`/conversations/${conversationId}/members/${id}`);
  const message = await post(owner, conversationId, 'hello');
  const reader = await owner.connect();
  const revs: number[] = [];
  reader.on('message:updated', ({ rev }) => void revs.push(rev));
  expect(await react(app, owner, message, '👍')).toBe(200);

  const storm = Promise.all(users.slice(1).map((user) => react(app, user, message, '👍')));
  const edited = (await edit(owner, message, 'hello again')).body.message;
  // Other changes do not rest, and the storm has not begun to be stored.
  expect(edited).toMatchObject({ rev: 2, reactions: [{ key: '👍', count: 1 }] });
  let isDone = false;
  void storm.then(() => (isDone = true));
  await until(() => {
    timers.pass(reactionLimits.quietRestMs);
    return isDone;
  });
  expect(new Set(await storm)).toEqual(new Set([200]));
  expect(await countsOf(app, message)).toEqual({ '👍': users.length });
  const { lastRev } = (await owner.get(`/conversations/${conversationId}/changes`)).body;
  await until(() => revs.length === lastRev);
  expect(revs).toEqual(numbers(lastRev));
});
