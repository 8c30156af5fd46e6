import { expect, it } from 'vitest';
import { History } from '../../src/backend/messages/history.ts';
import { MessageParts } from '../../src/backend/messages/parts.ts';
import { countReplies, listRoots } from '../../src/backend/threads/counts.ts';
import { threadLimits } from '../../src/configs/thread-limits.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { createModels } from '../../src/models/index.ts';
import type { StoredMessage } from '../../src/models/message.ts';
import { toObjectId } from '../../src/platform/database/ids.ts';
import { startApp } from '../support/app.ts';
import { numbers, seedMessages } from '../support/node.ts';
import { profile } from '../support/profile.ts';

it('threads of more replies than a page counts get fair shares of it, and their last reply is right', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const { countedReplies } = threadLimits;
  const last = countedReplies + 20;
  await seedMessages(app, conversationId, last);
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const within = (rootSeq: number, from: number, to: number) =>
    messages.updateMany(
      { conversation: toObjectId(conversationId), seq: { $gte: from, $lte: to } },
      { $set: { rootSeq } },
    );
  await within(1, 4, last - 2);
  await within(2, last - 1, last);
  let items: MessageView[] = [];
  const path = `/conversations/${conversationId}/messages?after=0&limit=3`;
  const entries = await profile(app, async () => {
    items = (await owner.get(path)).body.items;
  });
  const share = Math.floor(countedReplies / 3);
  expect(items.map(({ thread }) => thread)).toMatchObject([
    { replyCount: share, hasUncounted: true, lastReplySeq: last - 2 },
    { replyCount: 2, lastReplySeq: last },
    undefined,
  ]);
  expect(items[1]?.thread).not.toHaveProperty('hasUncounted');
  const examined = entries.map(({ keysExamined = 0 }) => keysExamined);
  expect(Math.max(...examined)).toBeLessThanOrEqual(countedReplies + 10);
  // A few replies are read to see whether there are no more.
  const documents = entries.map(({ docsExamined = 0 }) => docsExamined);
  expect(Math.max(...documents)).toBeLessThanOrEqual(threadLimits.repliesRead + 1);
});

it('finds the messages that have a thread whatever the number of replies', async () => {
  const app = await startApp();
  const { conversationId } = await app.group(2);
  await seedMessages(app, conversationId, 500);
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const conversation = toObjectId(conversationId);
  for (const [rootSeq, from, to] of [
    [1, 10, 250],
    [2, 251, 255],
    [3, 256, 500],
  ] as const)
    await messages.updateMany(
      { conversation, seq: { $gte: from, $lte: to } },
      { $set: { rootSeq } },
    );
  const history = new History({
    models: createModels(app.app.connection),
    parts: new MessageParts(),
  });
  expect(await listRoots(history, conversationId, 4, 10)).toEqual([3, 2, 1]);
  expect(await listRoots(history, conversationId, 3, 1)).toEqual([2]);
  const counted = async (seqs: number[]) => {
    const found = await countReplies(history, conversationId, seqs);
    return [...found].toSorted(([a], [b]) => a - b);
  };
  const few = [2, { count: 5, isMore: false, last: expect.objectContaining({ seq: 255 }) }];
  expect(await counted(numbers(3))).toEqual([
    [1, { count: 241, isMore: false, last: expect.objectContaining({ seq: 250 }) }],
    few,
    [3, { count: 245, isMore: false, last: expect.objectContaining({ seq: 500 }) }],
  ]);
  expect(await counted([2])).toEqual([few]);
});
