import { trusted, type mongo, type Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { MemberView } from '../../contract/conversations.ts';
import type { MembershipRow } from '../../models/index.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { badCursor } from '../../platform/errors/app-error.ts';
import type { OwnMembership } from '../../platform/sockets/socket-api.ts';
import type { KnownMember } from '../shared/access.ts';
import type { MemberNotices } from './member-notices.ts';
import type { ConversationPorts } from './ports.ts';
import { toMemberView } from './views.ts';

const { page } = limits;
const batchSize = 2_000; // one answer of the database for dozens of users
const projection = {
  _id: 0,
  conversation: 1,
  user: 1,
  role: 1,
  lastReadSeq: 1,
  erasedAt: 1,
} as const;

/** A membership, as far as a connect needs it. */
type ConnectRow = Pick<MembershipRow, 'role' | 'lastReadSeq' | 'leftAt' | 'erasedAt'> &
  Readonly<Record<'conversation' | 'user', Types.ObjectId>>;

type Ports = Pick<ConversationPorts, 'access' | 'models' | 'readMarkers' | 'users'>;

/** Members of conversations, and conversations of users, as lists. */
export class Memberships {
  readonly #ports: Ports;
  readonly #notices: MemberNotices;
  readonly #rows: mongo.Collection<ConnectRow>;

  constructor(ports: Ports, notices: MemberNotices) {
    this.#ports = ports;
    this.#notices = notices;
    this.#rows = rowsOf<ConnectRow>(ports.models.memberships);
  }

  /** The conversations that users are in now, with majority. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly OwnMembership[]>> {
    return this.#toOwn(userIds, await this.#read(userIds));
  }

  /** The same for users who connect: what they do next finds its right known. */
  async atConnect(userIds: readonly string[]): ReturnType<Memberships['of']> {
    const learn = this.#ports.access.learn();
    const rows = await this.#read(userIds);
    learn(rows.filter(({ erasedAt }) => erasedAt == null).map(toKnown));
    return this.#toOwn(userIds, rows);
  }

  /** The members of a conversation as one of them sees them. @throws AppError as `Access.require` */
  async list(
    by: string,
    conversationId: string,
    cursor?: string,
    size: number = page.defaultItems,
  ): Promise<{ items: MemberView[]; nextCursor: string | null }> {
    const { access, models, readMarkers, users } = this.#ports;
    await access.require(by, conversationId, 'read');
    const after = cursor === undefined ? {} : { user: trusted({ $gt: toCursorId(cursor) }) };
    const rows = await models.memberships
      .find({ conversation: conversationId, leftAt: null, ...after })
      .sort({ user: 1 })
      .limit(size + 1)
      .lean();
    const shown = rows.slice(0, size);
    const found = await users.views(shown.map((row) => String(row.user)));
    const views = shown.map((row) => toMemberView(row, found, readMarkers));
    const last = shown.at(-1);
    return {
      items: await this.#notices.seenBy(by, views),
      nextCursor: rows.length > size && last ? String(last.user) : null,
    };
  }

  /** Plain rows: a node reads them for every connect. */
  #read(userIds: readonly string[]): Promise<ConnectRow[]> {
    const user = { $in: userIds.map(toObjectId) };
    return this.#rows.find({ user, leftAt: null }, { ...read, projection, batchSize }).toArray();
  }

  #toOwn(
    userIds: readonly string[],
    rows: readonly ConnectRow[],
  ): ReadonlyMap<string, readonly OwnMembership[]> {
    const { readMarkers } = this.#ports;
    const byUser = new Map<string, OwnMembership[]>(userIds.map((userId) => [userId, []]));
    for (const row of rows) {
      const { userId, conversationId } = toKnown(row);
      const own = { conversation: conversationId, user: userId, lastReadSeq: row.lastReadSeq };
      byUser.get(userId)?.push({ conversationId, lastReadSeq: readMarkers.lastReadSeq(own) });
    }
    return byUser;
  }
}

const toKnown = ({ user, conversation, role }: ConnectRow): KnownMember => ({
  userId: user.toHexString(),
  conversationId: conversation.toHexString(),
  role,
});

/** A cursor of members is the id of the last one. @throws AppError `validation` */
function toCursorId(cursor: string) {
  if (!/^[0-9a-f]{24}$/.test(cursor)) throw badCursor();
  return toObjectId(cursor);
}
