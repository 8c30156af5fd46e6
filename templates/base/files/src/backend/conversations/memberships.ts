import { trusted } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { MemberView } from '../../contract/conversations.ts';
import { inIds, toObjectId } from '../../platform/database/ids.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { OwnMembership } from '../../platform/sockets/socket-api.ts';
import type { MemberNotices } from './member-notices.ts';
import type { ConversationPorts } from './ports.ts';
import { toMemberView } from './views.ts';

const { page } = limits;
const rowsAtOnce = 2_000; // one answer of the database for dozens of users

type Ports = Pick<ConversationPorts, 'access' | 'models' | 'readMarks' | 'users'>;

/** Members of conversations, and conversations of users, as lists. */
export class Memberships {
  readonly #ports: Ports;
  readonly #notices: MemberNotices;

  constructor(ports: Ports, notices: MemberNotices) {
    this.#ports = ports;
    this.#notices = notices;
  }

  /** The conversations that users are in now, with majority. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>> {
    const { models, readMarks } = this.#ports;
    const rows = await models.memberships
      .find({ user: inIds(userIds), leftAt: null }, { conversation: 1, user: 1, lastReadSeq: 1 })
      .read('primary')
      .readConcern('majority')
      .batchSize(rowsAtOnce)
      .lean();
    const byUser = new Map<string, OwnMembership[]>(userIds.map((userId) => [userId, []]));
    for (const row of rows) {
      const [userId, conversationId] = [String(row.user), String(row.conversation)];
      const own = { conversation: conversationId, user: userId, lastReadSeq: row.lastReadSeq };
      byUser.get(userId)?.push({ conversationId, lastReadSeq: readMarks.lastReadSeq(own) });
    }
    return byUser;
  }

  /** The members of a conversation as one of them sees them. @throws AppError as `Access.require` */
  async list(
    by: string,
    conversationId: string,
    cursor?: string,
    size: number = page.defaultItems,
  ): Promise<{ items: MemberView[]; nextCursor: string | null }> {
    const { access, models, readMarks, users } = this.#ports;
    await access.require(by, conversationId, 'read');
    const after = cursor === undefined ? {} : { user: trusted({ $gt: toCursorId(cursor) }) };
    const rows = await models.memberships
      .find({ conversation: conversationId, leftAt: null, ...after })
      .sort({ user: 1 })
      .limit(size + 1)
      .lean();
    const shown = rows.slice(0, size);
    const found = await users.views(shown.map((row) => String(row.user)));
    const views = shown.map((row) => toMemberView(row, found, readMarks));
    const last = shown.at(-1);
    return {
      items: await this.#notices.seenBy(by, views),
      nextCursor: rows.length > size && last ? String(last.user) : null,
    };
  }
}

/** A cursor of members is the id of the last one. @throws AppError `validation` */
function toCursorId(cursor: string) {
  if (!/^[0-9a-f]{24}$/.test(cursor))
    throw new AppError('validation', {
      errors: [{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }],
    });
  return toObjectId(cursor);
}
