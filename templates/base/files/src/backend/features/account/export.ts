import type { ExportView } from '../../../contract/users.ts';
import type { MessageView } from '../../../contract/messages.ts';
import { AppError } from '../../shared/app-error.ts';
import { toMeView } from '../../shared/user-view.ts';
import type { AccountPorts } from './index.ts';

const pageMessages = 500;

/** The last message of the page before: its conversation and the sender's own id of it. */
type Place = readonly [conversationId: string, clientMessageId: string];

/** Creates the export: everything stored about a user, their messages page by page. */
export function createExport({
  models,
  history,
}: AccountPorts): (userId: string, cursor?: string) => Promise<ExportView> {
  const { users, devices, blocks, memberships } = models;

  async function messagesAfter(
    userId: string,
    conversationIds: readonly string[],
    [from, after]: Place,
  ): Promise<MessageView[]> {
    const messages: MessageView[] = [];
    for (const id of conversationIds.filter((other) => other >= from)) {
      const left = pageMessages - messages.length;
      if (left === 0) break;
      messages.push(...(await history.writtenBy(userId, id, id === from ? after : '', left)));
    }
    return messages;
  }

  return async (userId, cursor) => {
    const [user, signIns, blocked, places] = await Promise.all([
      users.findOne({ _id: userId }).lean(),
      devices.find({ user: userId }).lean(),
      blocks.find({ user: userId }, { blocked: 1 }).lean(),
      memberships.find({ user: userId }).sort({ conversation: 1 }).lean(),
    ]);
    if (user === null) throw new AppError('unauthenticated');
    const ids = places.map((row) => String(row.conversation));
    const start: Place = cursor === undefined ? ['', ''] : fromCursor(cursor);
    const messages = await messagesAfter(userId, ids, start);
    const last = messages.length < pageMessages ? undefined : messages.at(-1);
    return {
      user: toMeView(user),
      devices: signIns.map((row) => ({
        id: String(row._id),
        label: row.label ?? null,
        ip: row.ip ?? null,
        lastUsedAt: row.lastUsedAt.toISOString(),
      })),
      blocked: blocked.map((row) => String(row.blocked)),
      conversations: places.map((row) => ({
        id: String(row.conversation),
        joinedAt: row.joinedAt.toISOString(),
        leftAt: row.leftAt?.toISOString() ?? null,
        lastReadSeq: row.lastReadSeq,
      })),
      messages,
      nextCursor: last === undefined ? null : toCursor([last.conversationId, last.clientMessageId]),
    };
  };
}

const toCursor = ([conversationId, clientMessageId]: Place): string =>
  `${conversationId}.${clientMessageId}`;

function fromCursor(cursor: string): Place {
  const [, conversationId, clientMessageId] = /^([0-9a-f]{24})\.([\w-]+)$/.exec(cursor) ?? [];
  if (conversationId !== undefined && clientMessageId !== undefined)
    return [conversationId, clientMessageId];
  throw new AppError('validation', {
    errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
  });
}
