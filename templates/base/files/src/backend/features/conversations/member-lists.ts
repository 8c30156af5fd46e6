import { trusted } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MemberView } from '../../../contract/conversations.ts';
import { AppError } from '../../shared/app-error.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { OwnMembership } from '../../sockets/hub.ts';
import type { ConversationPorts } from './ports.ts';
import { toMemberView } from './views.ts';

const { page } = limits;
const rowsAtOnce = 2_000; // one answer of the database for dozens of users

/** Who is where. */
export interface MemberLists {
  /** The conversations that users are in now, with majority. */
  of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>>;
  list(
    conversationId: string,
    cursor?: string,
    limit?: number,
  ): Promise<{ items: MemberView[]; nextCursor: string | null }>;
}

/** Creates the lists of members. */
export function createMemberLists({
  models: { memberships },
  readMarks,
  users,
}: Pick<ConversationPorts, 'models' | 'readMarks' | 'users'>): MemberLists {
  return {
    async of(userIds) {
      const rows = await memberships
        .find(
          { user: trusted({ $in: userIds.map(toObjectId) }), leftAt: null },
          { conversation: 1, user: 1, lastReadSeq: 1 },
        )
        .read('primary')
        .readConcern('majority')
        .batchSize(rowsAtOnce)
        .lean();
      const byUser = new Map<string, OwnMembership[]>(userIds.map((userId) => [userId, []]));
      for (const row of rows) {
        const [userId, conversationId] = [String(row.user), String(row.conversation)];
        const lastReadSeq = Math.max(row.lastReadSeq, readMarks.pending(userId, conversationId));
        byUser.get(userId)?.push({ conversationId, lastReadSeq });
      }
      return byUser;
    },
    async list(conversationId, cursor, size = page.defaultItems) {
      const after = cursor === undefined ? {} : { user: trusted({ $gt: toCursorId(cursor) }) };
      const rows = await memberships
        .find({ conversation: conversationId, leftAt: null, ...after })
        .sort({ user: 1 })
        .limit(size + 1)
        .lean();
      const shown = rows.slice(0, size);
      const views = await users.views(shown.map((row) => String(row.user)));
      const last = shown.at(-1);
      return {
        items: shown.map((row) => toMemberView(row, views)),
        nextCursor: rows.length > size && last ? String(last.user) : null,
      };
    },
  };
}

/** A cursor of members is the id of the last one. @throws AppError `validation` */
function toCursorId(cursor: string) {
  if (!/^[0-9a-f]{24}$/.test(cursor))
    throw new AppError('validation', {
      errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
    });
  return toObjectId(cursor);
}
