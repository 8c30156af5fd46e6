import { threadRoutes } from '../../contract/threads.ts';
import { notFound } from '../../platform/errors/app-error.ts';
import { toUuid } from '../../platform/database/ids.ts';
import type { Feature } from '../feature.ts';
import { listThreads, readThread } from './pages.ts';
import { isSameReply, loadNamed, toReply, whereSeqs } from './replying.ts';
import { summariesOf } from './summaries.ts';

/** Replies: messages like others, which name the one they answer or in whose thread they stand. */
export const threads: Feature = ({ access, api, history, messages }) => {
  const ports = { history, named: loadNamed(history) };
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
    prepare: (sent, draft) => toReply(ports, sent, draft),
    isRepeat: isSameReply,
    toReader: (_userId, rows) => summariesOf(history, rows),
  });

  api.route(threadRoutes.getThread, async ({ params, query, caller: { userId } }) => {
    const { conversationId, messageId } = params;
    await access.require(userId, conversationId, 'read');
    const [named] = await history.byIds(conversationId, [toUuid(messageId)]);
    if (named === undefined) throw notFound();
    const rootSeq = named.rootSeq ?? named.seq;
    const get = messages.get.bind(messages, userId, conversationId);
    const page = await readThread(get, rootSeq, query);
    const [root] = await get(whereSeqs([rootSeq]));
    if (root === undefined) throw notFound();
    return { 200: { root, ...page } };
  });
  api.route(threadRoutes.listThreads, async ({ params, query, caller: { userId } }) => {
    const { conversationId } = params;
    await access.require(userId, conversationId, 'read');
    const get = messages.get.bind(messages, userId, conversationId);
    return { 200: await listThreads(get, history, conversationId, query) };
  });
  return {};
};
