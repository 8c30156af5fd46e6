import type { ConversationView } from '../../contract/conversations.ts';
import { newId, toObjectId } from '../../platform/database/ids.ts';
import { invalid, notFound } from '../../platform/errors/app-error.ts';
import { rooms } from '../../platform/sockets/socket-api.ts';
import { assertNoBlock } from './blocks.ts';
import { assertMayEnter } from './member-rows.ts';
import { countStrangers } from './mutual-conversations.ts';
import type { ConversationPorts } from './ports.ts';
import { syncRooms } from './room-sync.ts';
import { dmKeyOf, toSharedView, toViews, type StoredConversation } from './views.ts';

/** What somebody asks for when creating a group or a channel. */
interface NewConversation {
  readonly type: 'group' | 'channel';
  readonly name: string;
  readonly visibility: 'private' | 'public';
  readonly members: readonly string[];
}

/** Somebody who is in a conversation from the start. */
interface FirstMember {
  readonly userId: string;
  readonly role: 'owner' | 'member';
}

/** Conversations themselves; their members are another service. */
export class Conversations {
  readonly #ports: ConversationPorts;
  readonly #conversations: ConversationPorts['models']['conversations'];

  constructor(ports: ConversationPorts) {
    this.#ports = ports;
    this.#conversations = ports.models.conversations;
  }

  /** @throws AppError `not-found` */
  async get(userId: string, conversationId: string): Promise<ConversationView> {
    await this.#ports.access.require(userId, conversationId, 'see');
    const row = await this.#conversations.findOne({ _id: conversationId, archivedAt: null }).lean();
    if (row === null) throw notFound();
    return this.#toView(userId, row);
  }

  /** @throws AppError `validation` for oneself, `not-found`, `blocked`, `limit-reached` */
  async openDirect(
    userId: string,
    otherId: string,
  ): Promise<{ conversation: ConversationView; isNew: boolean }> {
    const { limiters, models, users } = this.#ports;
    if (userId === otherId) throw invalid('/path/userId', 'is yourself');
    const dmKey = dmKeyOf(userId, otherId);
    const known = await this.#conversations.findOne({ dmKey }).lean();
    if (known !== null) return { conversation: await this.#toView(userId, known), isNew: false };
    if (!(await users.active([otherId])).has(otherId)) throw notFound();
    await assertNoBlock(models, userId, [otherId]);
    await assertMayEnter(models, [userId, otherId]);
    await limiters.consumeShared('newDirect', userId);
    const isDirect = { type: 'direct', visibility: 'private', memberCount: 2, dmKey } as const;
    const row = this.#newRow(userId, isDirect);
    const stored = await this.#store(row, [
      { userId, role: 'member' },
      { userId: otherId, role: 'member' },
    ]);
    return { conversation: await this.#toView(userId, stored), isNew: stored === row };
  }

  /** @throws AppError `validation` for members that cannot be added, `blocked`, `limit-reached` */
  async create(
    userId: string,
    { type, name, visibility, members }: NewConversation,
  ): Promise<ConversationView> {
    const { limiters, models, users } = this.#ports;
    await limiters.consumeShared('conversations', userId);
    const others = [...new Set(members)].filter((id) => id !== userId);
    const active = await users.active(others);
    const missing = members.findIndex((id) => id !== userId && !active.has(id));
    if (missing >= 0) throw invalid(`/members/${missing}`, 'is not a user');
    await assertNoBlock(models, userId, others);
    await assertMayEnter(models, [userId, ...others]);
    await countStrangers(this.#ports, userId, others);
    await Promise.all(others.map((id) => limiters.consumeShared('invites', `${userId} ${id}`)));
    const memberCount = others.length + 1;
    const row = this.#newRow(userId, { type, visibility, name, memberCount });
    await this.#store(row, [
      { userId, role: 'owner' },
      ...others.map((id) => ({ userId: id, role: 'member' as const })),
    ]);
    return this.#toView(userId, row);
  }

  async update(
    userId: string,
    conversationId: string,
    changes: { name?: string | undefined; visibility?: 'private' | 'public' | undefined },
  ): Promise<ConversationView> {
    const { access } = this.#ports;
    const permission = changes.visibility === undefined ? 'moderate' : 'own';
    await access.require(userId, conversationId, permission);
    const { row, isChanged } = await access.change(conversationId, async (session) => {
      await access.requireIn(session, userId, conversationId, permission);
      const before = await this.#conversations
        .findById(conversationId)
        .session(session)
        .orFail()
        .lean();
      const { name = before.name ?? null, visibility = before.visibility } = changes;
      const after = { ...before, name, visibility };
      if (name === before.name && visibility === before.visibility)
        return { row: after, isChanged: false };
      const changed = { name, visibility };
      await this.#conversations.updateOne({ _id: conversationId }, changed, { session });
      return { row: after, isChanged: true };
    });
    if (isChanged) {
      await access.forget(conversationId);
      this.#notify('conversation:updated', row);
    }
    return this.#toView(userId, row);
  }

  /** Nobody asks for it when the last member goes with their account. @throws AppError `not-found` */
  async archive(by: string | null, conversationId: string): Promise<void> {
    const { access, clock, jobs, sockets } = this.#ports;
    if (by !== null) await access.require(by, conversationId, 'own');
    const row = await jobs.add('erase-conversation', conversationId, async (session) => {
      if (by !== null) await access.requireIn(session, by, conversationId, 'own');
      return this.#conversations
        .findOneAndUpdate(
          { _id: conversationId, archivedAt: null },
          { $set: { archivedAt: clock.now() } },
          { returnDocument: 'after', session },
        )
        .orFail(notFound)
        .lean();
    });
    if (row === undefined) throw notFound();
    await access.forget(conversationId);
    this.#notify('conversation:deleted', row);
    await sockets.emptyRoom(conversationId);
  }

  /**
   * The row and its first members, all or nothing, and everybody concerned is notified. Returns the
   * stored row: the other side of a direct conversation may have been faster.
   */
  async #store(
    row: StoredConversation,
    members: readonly FirstMember[],
  ): Promise<StoredConversation> {
    const { access, models, users } = this.#ports;
    const { _id: conversation, createdBy, dmKey, timestamp: joinedAt } = row;
    const rows = members.map(({ userId, role }) => {
      return { conversation, user: toObjectId(userId), role, joinedAt };
    });
    const userIds = members.map(({ userId }) => userId);
    // Conversations that one user creates at the same time would conflict in the row of that user,
    // and so would the two who open their direct conversation.
    const stored = await access.change(dmKey ?? String(createdBy), async (session) => {
      const known = dmKey && (await this.#conversations.findOne({ dmKey }).session(session).lean());
      if (known) return known;
      await users.enlist(session, userIds);
      await assertNoBlock(models, String(createdBy), userIds, session);
      await this.#conversations.create([row], { session });
      await models.memberships.insertMany(rows, { session });
      return row;
    });
    if (stored !== row) return stored;
    await syncRooms(this.#ports, String(conversation), userIds, true);
    this.#notify('conversation:created', row);
    return row;
  }

  #newRow(
    createdBy: string,
    fields: Pick<StoredConversation, 'type' | 'visibility' | 'memberCount'> &
      Partial<StoredConversation>,
  ): StoredConversation {
    const now = this.#ports.clock.now();
    return {
      _id: newId(),
      name: null,
      createdBy: toObjectId(createdBy),
      membersRev: 0,
      archivedAt: null,
      lastSeq: 0,
      lastMessageAt: now,
      timestamp: now,
      ...fields,
    };
  }

  async #toView(userId: string, row: StoredConversation): Promise<ConversationView> {
    const membership = await this.#ports.models.memberships
      .findOne({ conversation: row._id, user: userId, leftAt: null })
      .lean();
    const mine = new Map(membership === null ? [] : [[String(row._id), membership]]);
    const [view] = await toViews(this.#ports, userId, [row], mine);
    return view as ConversationView;
  }

  #notify(
    name: 'conversation:created' | 'conversation:updated' | 'conversation:deleted',
    row: StoredConversation,
  ): void {
    const room = rooms.conversation(String(row._id));
    this.#ports.sockets.notify({ room, name, payload: toSharedView(row) });
  }
}
