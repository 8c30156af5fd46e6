import { limits } from '../../configs/limits.ts';
import { threadRoutes } from '../../contract/threads.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import { toUuid } from '../../platform/database/ids.ts';
import type { Feature } from '../feature.ts';
import { readThread } from './pages.ts';
import { toReply, whereSeqs } from './replying.ts';
import { summariesOf } from './summaries.ts';

/** Replies: messages like others, which name the one they answer or in whose thread they stand. */
export const threads: Feature = ({ access, api, history, messages }) => {
  messages.extend({
    fields: {
      replyTo: ({ id, seq, sender }) => ({
        id: id.toHexString(),
        seq,
        sender: sender.toHexString(),
      }),
      rootSeq: (rootSeq) => rootSeq,
      alsoInConversation: (isShown) => isShown,
    },
    prepare: (sent, draft) => toReply(history, sent, draft),
    toReader: (_userId, rows) => summariesOf(history, rows),
  });

  api.route(threadRoutes.getThread, async ({ params, query, caller: { userId } }) => {
    const { conversationId, messageId } = params;
    await access.require(userId, conversationId, 'read');
    const filter = { _id: toUuid(messageId) };
    const [named] = await history.find(conversationId, { filter, sort: { _id: 1 }, limit: 1 });
    if (named === undefined) throw notFound();
    const rootSeq = named.rootSeq ?? named.seq;
    const page = await readThread(
      (where) => messages.get(userId, conversationId, where),
      rootSeq,
      query,
    );
    const [root] = await messages.get(userId, conversationId, whereSeqs([rootSeq]));
    if (root === undefined) throw notFound();
    return { 200: { root, ...page } };
  });

  api.route(threadRoutes.listThreads, async ({ params, query, caller: { userId } }) => {
    const { conversationId } = params;
    await access.require(userId, conversationId, 'read');
    const { cursor, limit = limits.page.defaultItems } = query;
    if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor)) throw badCursor();
    const below = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const found = await history.references('rootSeq').places(conversationId, below, limit + 1);
    const seqs = found.slice(0, limit);
    const items =
      seqs.length === 0 ? [] : await messages.get(userId, conversationId, whereSeqs(seqs));
    const nextCursor = found.length > limit ? String(seqs.at(-1)) : null;
    return { 200: { items: [...items], nextCursor } };
  });
  return {};
};

const badCursor = (): AppError =>
  new AppError('validation', {
    errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
  });
