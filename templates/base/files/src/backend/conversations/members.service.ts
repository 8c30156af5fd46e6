import type { ClientSession } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { MemberRole, MemberView } from '../../contract/conversations.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';
import { rooms } from '../../platform/sockets/socket-api.ts';
import type { Participation, Permission } from '../shared/access.ts';
import { assertNoBlock } from './blocks.ts';
import type { MemberNotices } from './member-notices.ts';
import { assertMayEnter, MemberRows } from './member-rows.ts';
import { countStrangers } from './mutual-conversations.ts';
import { isAbove } from './permissions.ts';
import type { ConversationPorts } from './ports.ts';
import { syncRooms } from './room-sync.ts';
import { toSharedView, type StoredConversation, type StoredMembership } from './views.ts';

const { conversation: limit } = limits;

/** Who is to become a member, and by what right; `by` is missing where they join by themselves. */
interface Entry {
  readonly conversationId: string;
  readonly userId: string;
  readonly role: MemberRole;
  readonly by?: string;
  readonly assertRight: (session: ClientSession) => Promise<unknown>;
}

/** A member; without the conversation when they were one already. */
interface Entered {
  readonly row: StoredMembership;
  readonly conversation: StoredConversation | null;
}

/** The members of a conversation, as they come, change and go. `by` is the member who asks; null is a job. */
export class Members {
  readonly #ports: ConversationPorts;
  readonly #notices: MemberNotices;

  constructor(ports: ConversationPorts, notices: MemberNotices) {
    this.#ports = ports;
    this.#notices = notices;
  }

  /** Joins a public conversation as a plain member; nothing changes for a member. */
  async join(userId: string, conversationId: string): Promise<void> {
    const { access } = this.#ports;
    assertNoDirect(await access.require(userId, conversationId, 'see'));
    const assertRight = async (session: ClientSession): Promise<void> =>
      assertNoDirect(await access.requireIn(session, userId, conversationId, 'see'));
    await this.#welcome(await this.#enter({ conversationId, userId, role: 'member', assertRight }));
  }

  /**
   * Adds a member; nothing changes for a member.
   *
   * @throws AppError as `Access.require`, `limit-reached`, `not-found`, `blocked` for a block
   * either way
   */
  async add(
    by: string,
    conversationId: string,
    userId: string,
    role: MemberRole,
  ): Promise<{ member: MemberView; isNew: boolean }> {
    const permission = role === 'member' ? 'moderate' : 'own';
    await this.#assertMayInvite(by, conversationId, userId, permission);
    const assertRight = (session: ClientSession): Promise<Participation> =>
      this.#ports.access.requireIn(session, by, conversationId, permission);
    const entered = await this.#enter({ conversationId, userId, role, by, assertRight });
    const { member, isNew } = await this.#welcome(entered);
    const [seen = member] = await this.#notices.seenBy(by, [member]);
    return { member: seen, isNew };
  }

  /** @throws AppError as `Access.require`, `not-found`, `last-owner` */
  async changeRole(
    by: string | null,
    conversationId: string,
    userId: string,
    role: MemberRole,
  ): Promise<MemberView> {
    const { access, models } = this.#ports;
    if (by !== null) await access.require(by, conversationId, 'own');
    const { row, isChanged } = await access.change(conversationId, async (session) => {
      if (by !== null) await access.requireIn(session, by, conversationId, 'own');
      const rows = new MemberRows(models, session);
      const known = await rows.findCurrent(conversationId, userId);
      if (known.role === role) return { row: known, isChanged: false };
      await rows.count(conversationId, 0);
      if (role !== 'owner') await rows.assertOtherOwner(known);
      await models.memberships.updateOne({ _id: known._id }, { $set: { role } }, { session });
      return { row: { ...known, role }, isChanged: true };
    });
    const member = await this.#notices.view(row);
    if (isChanged) {
      await access.forget(conversationId, userId);
      await this.#notices.notify('member:updated', member);
    }
    const [seen = member] = by === null ? [] : await this.#notices.seenBy(by, [member]);
    return seen;
  }

  /**
   * Removes a member whom `by` outranks; nothing of the conversation reaches them once this
   * resolves. @throws AppError as `Access.require`, `not-found`, `forbidden`, `last-owner`
   */
  async remove(by: string | null, conversationId: string, userId: string): Promise<void> {
    const { access } = this.#ports;
    if (by !== null) await access.require(by, conversationId, 'moderate');
    await this.#takeOut(conversationId, userId, async (session) => {
      if (by === null) return undefined;
      const { role } = await access.requireIn(session, by, conversationId, 'moderate');
      return role ?? 'member';
    });
  }

  /** Leaves. @throws AppError as `Access.require`, `conflict` in a direct one, `last-owner` */
  async leave(userId: string, conversationId: string): Promise<void> {
    const { access } = this.#ports;
    assertNoDirect(await access.require(userId, conversationId, 'read'));
    await this.#takeOut(conversationId, userId, async (session) => {
      assertNoDirect(await access.requireIn(session, userId, conversationId, 'read'));
      return undefined;
    });
  }

  /** Refuses before anything is counted; the transaction checks again. */
  async #assertMayInvite(
    by: string,
    conversationId: string,
    userId: string,
    permission: Permission,
  ): Promise<void> {
    const { access, limiters, models, users } = this.#ports;
    await access.require(by, conversationId, permission);
    if (!(await users.active([userId])).has(userId)) throw notFound();
    const isIn = { conversation: conversationId, user: userId, leftAt: null };
    if ((await models.memberships.exists(isIn)) !== null) return;
    await assertNoBlock(models, by, [userId]);
    await limiters.consumeShared('invites', `${by} ${userId}`);
    await countStrangers(this.#ports, by, [userId]);
  }

  async #enter({ conversationId, userId, role, by, assertRight }: Entry): Promise<Entered> {
    const { access, clock, history, models, users } = this.#ports;
    const heads = await history.headsOf([conversationId]);
    const lastReadSeq = heads.get(conversationId)?.lastSeq ?? 0;
    return access.change(conversationId, async (session) => {
      await assertRight(session);
      const rows = new MemberRows(models, session);
      // Also for current members: the row of a membership stays until the end of an account reaches
      // it. And for whoever adds them: a block that they make writes their row.
      await users.enlist(session, by === undefined ? [userId] : [by, userId]);
      const known = await rows.find(conversationId, userId);
      if (known !== null && known.leftAt == null) return { row: known, conversation: null };
      await assertMayEnter(models, [userId]);
      if (by !== undefined) await assertNoBlock(models, by, [userId], session);
      const conversation = await rows.count(conversationId, 1);
      const max = conversation.type === 'channel' ? limit.channelMembers : limit.groupMembers;
      if (conversation.memberCount > max) throw new AppError('limit-reached');
      const row = await models.memberships
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
  }

  /** Announces a member, if they were not one before. */
  async #welcome({ row, conversation }: Entered): Promise<{ member: MemberView; isNew: boolean }> {
    const { access, events, sockets } = this.#ports;
    const member = await this.#notices.view(row);
    if (conversation === null) return { member, isNew: false };
    const conversationId = String(row.conversation);
    const userId = String(row.user);
    await access.forget(conversationId, userId);
    await syncRooms(this.#ports, conversationId, [userId], true);
    await this.#notices.announce('member:added', member, conversation);
    sockets.notify({
      room: rooms.user(userId),
      name: 'conversation:created',
      payload: toSharedView(conversation),
    });
    events.emit('member:added', { conversationId, userId });
    return { member, isNew: true };
  }

  /** Ends a membership; `roleIn` says in the transaction the role that theirs must be below, if any. */
  async #takeOut(
    conversationId: string,
    userId: string,
    roleIn: (session: ClientSession) => Promise<MemberRole | undefined>,
  ): Promise<void> {
    const { access, clock, events, models } = this.#ports;
    const { row, conversation } = await access.change(conversationId, async (session) => {
      const by = await roleIn(session);
      const rows = new MemberRows(models, session);
      const known = await rows.findCurrent(conversationId, userId);
      if (by !== undefined && !isAbove(by, known.role)) throw new AppError('forbidden');
      await rows.assertOtherOwner(known);
      const touched = await rows.count(conversationId, -1);
      const leftAt = clock.now();
      await models.memberships.updateOne({ _id: known._id }, { $set: { leftAt } }, { session });
      return { row: known, conversation: touched };
    });
    await access.forget(conversationId, userId);
    await syncRooms(this.#ports, conversationId, [userId], false);
    events.emit('member:removed', { conversationId, userId });
    await this.#notices.announce('member:removed', await this.#notices.view(row), conversation);
  }
}

/** A direct conversation always has the same two members. @throws AppError `conflict` */
function assertNoDirect({ type }: Participation): void {
  if (type === 'direct') throw new AppError('conflict');
}
