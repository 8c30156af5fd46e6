import { expect, it } from 'vitest';
import { createReactions, isMine, whoReacted } from '../../client/reactions.ts';
import { createTimeline } from '../../client/timeline.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { startApp, until, type TestApp, type TestUser } from '../support/app.ts';
import { groupWithChat, message, openChat, post } from '../support/client.ts';

const thumb = { key: '👍', count: 1, users: ['s'] };

it('a notice leaves what is known of the reader, an equal state with it completes one without', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(1));
  timeline.answered({ ...message(1, 1), reactions: [thumb], myReactions: ['👍'] });
  timeline.changed({ ...message(1, 2), reactions: [{ ...thumb, count: 2 }] });
  expect(timeline.messages()).toMatchObject([
    { rev: 2, reactions: [{ count: 2 }], myReactions: ['👍'] },
  ]);
  timeline.created(message(2));
  timeline.changed({ ...message(2, 3), reactions: [thumb] });
  timeline.page([{ ...message(2, 3), reactions: [thumb], myReactions: [] }]);
  expect(timeline.messages()[1]).toHaveProperty('myReactions', []);
  timeline.changed({ ...message(1, 4), content: null, deletedAt: message(1).timestamp });
  timeline.page([{ ...message(1, 3), reactions: [thumb], myReactions: ['👍'] }]);
  expect(timeline.messages()[0]).not.toHaveProperty('myReactions');
});

it('what another device chose holds by its rev', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(1));
  timeline.mine(message(1).id, 2, { myReactions: ['👍'] });
  timeline.changed({ ...message(1, 2), reactions: [thumb] });
  timeline.mine(message(1).id, 1, { myReactions: [] });
  expect(timeline.messages()).toMatchObject([{ rev: 2, myReactions: ['👍'] }]);
});

it('what the user chose holds by its own rev, also behind the change of another that came before it', () => {
  const timeline = createTimeline(0, 0);
  timeline.created(message(1));
  timeline.changed({ ...message(1, 2), reactions: [{ ...thumb, count: 2 }] });
  timeline.mine(message(1).id, 1, { myReactions: ['👍'] });
  expect(timeline.messages()).toMatchObject([{ rev: 2, myReactions: ['👍'] }]);
  // An answer from before that choice.
  timeline.page([message(1)]);
  expect(timeline.messages()).toMatchObject([{ rev: 2, myReactions: ['👍'] }]);
});

it('a client that was away has no choice any more where nobody has one', () => {
  const timeline = createTimeline(1, 1);
  timeline.page([{ ...message(1, 1), reactions: [thumb], myReactions: ['👍'] }]);
  const away = { messages: [], changed: [message(1, 2)], nextSeq: 1, nextRev: 2, hasMore: false };
  timeline.synced({ conversationId: 'c', lastSeq: 1, lastRev: 2, ...away }, { seq: 1, rev: 1 });
  expect(timeline.messages()).toEqual([message(1, 2)]);
});

/** A message in a group, and what the second member sees of it. */
async function open(app: TestApp) {
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  const sent = await post(owner, conversationId, 'hello');
  const shown = (): MessageView | undefined => chat.timeline(conversationId)?.messages()[0];
  await until(() => shown() !== undefined);
  const reactions = createReactions(chat, user.id, () => {});
  return { owner, user, chat, reactions, sent, seen: () => reactions.seen(shown()!) };
}

it('a reaction is shown before it is answered, and is on every device of its user', async () => {
  const app = await startApp();
  const { owner, user, reactions, sent, seen } = await open(app);
  const other = openChat(app, user);
  await until(() => other.timeline(sent.conversationId) !== undefined);
  other.timeline(sent.conversationId)!.page([sent]);
  createReactions(other, user.id, () => {});

  const answered = reactions.react(seen(), '👍', true);
  expect(seen()).toMatchObject({ reactions: [{ ...thumb, users: [user.id] }] });
  expect(isMine(seen(), '👍')).toBe(true);
  expect(await answered).toBeUndefined();
  expect(seen()).toMatchObject({ rev: 1, myReactions: ['👍'] });
  const elsewhere = () =>
    [...other.timeline(sent.conversationId)!.known()].find(({ id }) => id === sent.id)!;
  await until(() => isMine(elsewhere(), '👍'));

  const api = { call: async (_method: string, path: string) => (await owner.get(path)).body };
  const who = await whoReacted(api as Parameters<typeof whoReacted>[0], sent, '👍');
  expect(who.items.map(({ id }: Pick<TestUser, 'id'>) => id)).toEqual([user.id]);
});

it('a reaction that is refused is undone, and the answer says why', async () => {
  const { owner, reactions, sent, seen } = await open(await startApp());
  const before = seen();
  await owner.delete(`/conversations/${sent.conversationId}/messages/${sent.id}`);
  const problem = await reactions.react(before, '👍', true);
  expect(problem?.code).toBe('already-deleted');
  await until(() => seen().deletedAt !== null);
  expect(seen()).not.toHaveProperty('reactions');
});
