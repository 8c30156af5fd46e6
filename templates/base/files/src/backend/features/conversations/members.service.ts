import type { ClientSession } from 'mongoose';
import { trusted } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MemberRole, MemberView } from '../../../contract/conversations.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import { withTransaction } from '../../shared/transaction.ts';
import { rooms, type Notice } from '../../sockets/hub.ts';
import { assertMayEnter } from './membership-limit.ts';
import { createMemberLists, type MemberLists } from './member-lists.ts';
import type { ConversationPorts } from './ports.ts';
import { isAbove } from './rights.ts';
import {
  toMemberView,
  toSharedView,
  type StoredConversation,
  type StoredMembership,
} from './views.ts';

const { conversation: limit } = limits;

/** Who is in a conversation. Rights are the caller's business, except those between two members. */
export interface Members extends MemberLists {
  /** Adds a member, or finds one. @throws AppError `limit-reached`, `not-found` */
  add(
    conversationId: string,
    userId: string,
    role: MemberRole,
  ): Promise<{ member: MemberView; isNew: boolean }>;
  /** @throws AppError `not-found`, `last-owner` */
  changeRole(conversationId: string, userId: string, role: MemberRole): Promise<MemberView>;
  /**
   * Takes a member out; nothing of the conversation reaches them once this resolves. `by` must stand
   * above them. @throws AppError `not-found`, `forbidden`, `last-owner`
   */
  remove(conversationId: string, userId: string, by?: MemberRole): Promise<void>;
}

/** Creates the service of members. */
export function createMembers(ports: ConversationPorts): Members {
  const { access, clock, events, sockets, users, history } = ports;
  const { conversations, memberships } = ports.models;

  /** One change of a conversation's members at a time: each one writes the conversation's row. */
  function change<Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> {
    return withTransaction(ports.database.connection, work);
  }

  async function touch(
    session: ClientSession,
    conversationId: string,
    members: number,
    filter: object = {},
  ): Promise<StoredConversation | null> {
    return conversations
      .findOneAndUpdate(
        { _id: conversationId, archivedAt: null, ...filter },
        { $inc: { memberCount: members, membersRev: 1 } },
        { returnDocument: 'after', session },
      )
      .lean();
  }

  async function assertOtherOwner(session: ClientSession, row: StoredMembership): Promise<void> {
    if (row.role !== 'owner') return;
    const other = await memberships
      .exists({
        conversation: row.conversation,
        user: trusted({ $ne: row.user }),
        role: 'owner',
        leftAt: null,
      })
      .session(session);
    if (other === null) throw new AppError('last-owner');
  }

  async function find(
    session: ClientSession,
    conversationId: string,
    userId: string,
  ): Promise<StoredMembership | null> {
    return memberships
      .findOne({ conversation: conversationId, user: userId })
      .session(session)
      .lean();
  }

  async function toView(row: StoredMembership): Promise<MemberView> {
    return toMemberView(row, await users.views([String(row.user)]));
  }

  /** Large conversations are quiet: only the user concerned hears of joins and leaves. */
  function announce(row: StoredConversation, userId: string, notice: Omit<Notice, 'room'>): void {
    const isQuiet = row.memberCount > limit.quietAboveMembers;
    if (!isQuiet)
      sockets.notify({ ...notice, room: rooms.conversation(String(row._id)) } as Notice, {
        except: rooms.user(userId),
      });
    sockets.notify({ ...notice, room: rooms.user(userId) } as Notice);
  }

  return {
    ...createMemberLists(ports),
    async add(conversationId, userId, role) {
      const heads = await history.headsOf([conversationId]);
      const lastReadSeq = heads.get(conversationId)?.lastSeq ?? 0;
      const result = await change(async (session) => {
        const known = await find(session, conversationId, userId);
        if (known !== null && known.leftAt == null) return { row: known, conversation: null };
        await assertMayEnter(ports.models, [userId]);
        const conversation = await touch(session, conversationId, 1);
        if (conversation === null) throw notFound();
        const most = conversation.type === 'channel' ? limit.channelMembers : limit.groupMembers;
        if (conversation.memberCount > most) throw new AppError('limit-reached');
        const row = await memberships
          .findOneAndUpdate(
            { conversation: conversationId, user: userId },
            {
              $set: { role, joinedAt: clock.now(), leftAt: null },
              $max: { lastReadSeq, lastDeliveredSeq: lastReadSeq },
              $setOnInsert: { mutedUntil: null },
            },
            { upsert: true, returnDocument: 'after', session },
          )
          .lean();
        return { row, conversation };
      });
      const member = await toView(result.row);
      if (result.conversation === null) return { member, isNew: false };
      await access.forget(conversationId);
      await sockets.join(userId, conversationId);
      announce(result.conversation, userId, { name: 'member:added', payload: member });
      sockets.notify({
        room: rooms.user(userId),
        name: 'conversation:created',
        payload: toSharedView(result.conversation),
      });
      events.tell('member:added', { conversationId, userId });
      return { member, isNew: true };
    },
    async changeRole(conversationId, userId, role) {
      const row = await change(async (session) => {
        const known = await find(session, conversationId, userId);
        if (known === null || known.leftAt != null) throw notFound();
        const conversation = await touch(session, conversationId, 0);
        if (conversation === null) throw notFound();
        if (role !== 'owner') await assertOtherOwner(session, known);
        return memberships
          .findOneAndUpdate(
            { _id: known._id },
            { $set: { role } },
            { returnDocument: 'after', session },
          )
          .orFail()
          .lean();
      });
      await access.forget(conversationId, userId);
      const member = await toView(row);
      sockets.notify({
        room: rooms.conversation(conversationId),
        name: 'member:updated',
        payload: member,
      });
      return member;
    },
    async remove(conversationId, userId, by) {
      const { row, conversation } = await change(async (session) => {
        const known = await find(session, conversationId, userId);
        if (known === null || known.leftAt != null) throw notFound();
        if (by !== undefined && !isAbove(by, known.role)) throw new AppError('forbidden');
        await assertOtherOwner(session, known);
        const touched = await touch(session, conversationId, -1);
        if (touched === null) throw notFound();
        await memberships.updateOne(
          { _id: known._id },
          { $set: { leftAt: clock.now() } },
          { session },
        );
        return { row: known, conversation: touched };
      });
      await access.forget(conversationId);
      await sockets.leave(userId, conversationId);
      events.tell('member:removed', { conversationId, userId });
      announce(conversation, userId, { name: 'member:removed', payload: await toView(row) });
    },
  };
}
