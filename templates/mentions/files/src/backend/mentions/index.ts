import { mentionLimits } from '../../configs/mention-limits.ts';
import { mentionRoutes } from '../../contract/mentions.ts';
import { everybody } from '../../models/mention-fields.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import type { Feature } from '../feature.ts';
import { listMentionable } from './mentionable.ts';
import { isSameNaming, toNamed, toNaming } from './naming.ts';

/** Members named in messages. */
export const mentions: Feature = (context) => {
  const { access, api, history, messages } = context;
  messages.extend({
    fields: { mentions: toNamed, mentionAll: (whom) => whom, silent: (isSilent) => isSilent },
    prepare: (sent, draft, before) => toNaming(access, sent, draft, before),
    isRepeat: isSameNaming,
  });
  // Counted and never stored: what is sent, edited, deleted and read moves it by itself.
  messages.extendList('unreadMentions', (userId, rows) =>
    history.countNaming(
      'mentions',
      [toObjectId(userId), everybody],
      rows
        .filter(({ unread }) => unread > 0)
        .map(({ conversationId, lastReadSeq, lastSeq }) => ({
          conversationId,
          after: Math.max(lastReadSeq, lastSeq - mentionLimits.countedBack),
          upTo: lastSeq,
        })),
    ),
  );
  api.route(mentionRoutes.listMentionable, async ({ params, query, caller }) => {
    const { userId } = caller;
    await access.require(userId, params.conversationId, 'read');
    const { prefix, limit } = query;
    return {
      200: { items: await listMentionable(context, userId, params.conversationId, prefix, limit) },
    };
  });
  return {};
};
