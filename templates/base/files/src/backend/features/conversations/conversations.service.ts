import { trusted } from 'mongoose';
import type { ConversationView } from '../../../contract/conversations.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import { withTransaction } from '../../shared/transaction.ts';
import { rooms } from '../../sockets/hub.ts';
import { createLists, type Lists } from './lists.ts';
import { assertMayEnter } from './membership-limit.ts';
import type { ConversationPorts } from './ports.ts';
import { dmKeyOf, toSharedView, toViews, type StoredConversation } from './views.ts';

/** What somebody asks for when creating a group or a channel. */
export interface NewConversation {
  readonly type: 'group' | 'channel';
  readonly name: string;
  readonly visibility: 'private' | 'public';
  readonly members: readonly string[];
}

/** Conversations themselves; their members are another service. */
export interface Conversations extends Lists {
  /** @throws AppError `validation` for oneself, `not-found`, `blocked`, `limit-reached` */
  openDirect(
    userId: string,
    otherId: string,
  ): Promise<{ conversation: ConversationView; isNew: boolean }>;
  /** @throws AppError `validation` for members that cannot be added, `limit-reached` */
  create(userId: string, wanted: NewConversation): Promise<ConversationView>;
  /** @throws AppError `not-found` */
  get(userId: string, conversationId: string): Promise<ConversationView>;
  update(
    userId: string,
    conversationId: string,
    changes: { name?: string | undefined; visibility?: 'private' | 'public' | undefined },
  ): Promise<ConversationView>;
  archive(conversationId: string): Promise<void>;
}

/** Creates the service of conversations. */
export function createConversationService(ports: ConversationPorts): Conversations {
  const { access, clock, limiters, sockets, users } = ports;
  const { conversations, memberships, blocks } = ports.models;
  const lists = createLists(ports);

  async function get(userId: string, conversationId: string): Promise<ConversationView> {
    await access.room(userId, conversationId, 'see');
    const row = await conversations.findOne({ _id: conversationId, archivedAt: null }).lean();
    if (row === null) throw notFound();
    return toView(userId, row);
  }

  async function toView(userId: string, row: StoredConversation): Promise<ConversationView> {
    const membership = await memberships
      .findOne({ conversation: row._id, user: userId, leftAt: null })
      .lean();
    const mine = new Map(membership === null ? [] : [[String(row._id), membership]]);
    const [view] = await toViews(ports, userId, [row], mine);
    return view as ConversationView;
  }

  /** The row and its first members, all or nothing, and everybody concerned hears of it. */
  async function store(
    row: StoredConversation,
    members: readonly { readonly userId: string; readonly role: 'owner' | 'member' }[],
  ): Promise<void> {
    const rows = members.map(({ userId, role }) => ({
      conversation: row._id,
      user: toObjectId(userId),
      role,
      joinedAt: row.timestamp,
    }));
    await withTransaction(ports.database.connection, async (session) => {
      await conversations.create([row], { session });
      await memberships.insertMany(rows, { session });
    });
    const conversationId = String(row._id);
    await Promise.all(members.map(({ userId }) => sockets.join(userId, conversationId)));
    sockets.notify({
      room: rooms.conversation(conversationId),
      name: 'conversation:created',
      payload: toSharedView(row),
    });
  }

  function newRow(
    createdBy: string,
    fields: Pick<StoredConversation, 'type' | 'visibility' | 'memberCount'> &
      Partial<StoredConversation>,
  ): StoredConversation {
    const now = clock.now();
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

  async function assertNotBlocked(userId: string, otherId: string): Promise<void> {
    const found = await Promise.all([
      blocks.exists({ user: userId, blocked: otherId }),
      blocks.exists({ user: otherId, blocked: userId }),
    ]);
    if (found.some((block) => block !== null)) throw new AppError('blocked');
  }

  return {
    ...lists,
    get,
    async openDirect(userId, otherId) {
      if (userId === otherId) throw invalid('/path/userId', 'is yourself');
      const dmKey = dmKeyOf(userId, otherId);
      const known = await conversations.findOne({ dmKey }).lean();
      if (known !== null) return { conversation: await toView(userId, known), isNew: false };
      if (!(await users.active([otherId])).has(otherId)) throw notFound();
      await assertNotBlocked(userId, otherId);
      await assertMayEnter(ports.models, [userId, otherId]);
      await limiters.count('newDirect', userId);
      const row = newRow(userId, { type: 'direct', visibility: 'private', memberCount: 2, dmKey });
      try {
        await store(row, [
          { userId, role: 'member' },
          { userId: otherId, role: 'member' },
        ]);
        return { conversation: await toView(userId, row), isNew: true };
      } catch (error) {
        if (duplicateKeyOf(error) === undefined) throw error;
        // The other one was faster: the unique index is the referee.
        const theirs = await conversations.findOne({ dmKey }).orFail().lean();
        return { conversation: await toView(userId, theirs), isNew: false };
      }
    },
    async create(userId, { type, name, visibility, members }) {
      await limiters.count('conversations', userId);
      const others = [...new Set(members)].filter((id) => id !== userId);
      const active = await users.active(others);
      const missing = members.findIndex((id) => id !== userId && !active.has(id));
      if (missing >= 0) throw invalid(`/members/${missing}`, 'is not a user');
      await assertMayEnter(ports.models, [userId, ...others]);
      await Promise.all(others.map((id) => limiters.count('invites', `${userId} ${id}`)));
      const memberCount = others.length + 1;
      const row = newRow(userId, { type, visibility, name, memberCount });
      await store(row, [
        { userId, role: 'owner' },
        ...others.map((id) => ({ userId: id, role: 'member' as const })),
      ]);
      return toView(userId, row);
    },
    async update(userId, conversationId, { name, visibility }) {
      await access.room(userId, conversationId, visibility === undefined ? 'moderate' : 'own');
      const changes = {
        ...(name === undefined ? {} : { name }),
        ...(visibility === undefined ? {} : { visibility }),
      };
      const row = await conversations
        .findOneAndUpdate(
          { _id: conversationId, archivedAt: null, type: trusted({ $ne: 'direct' }) },
          { $set: changes },
          { returnDocument: 'after' },
        )
        .lean();
      if (row === null) throw notFound();
      await access.forget(conversationId);
      sockets.notify({
        room: rooms.conversation(conversationId),
        name: 'conversation:updated',
        payload: toSharedView(row),
      });
      return toView(userId, row);
    },
    async archive(conversationId) {
      const row = await ports.jobs.add('erase-conversation', conversationId, (session) =>
        conversations
          .findOneAndUpdate(
            { _id: conversationId, archivedAt: null },
            { $set: { archivedAt: clock.now() } },
            { returnDocument: 'after', session },
          )
          .orFail(notFound)
          .lean(),
      );
      if (row === undefined) throw notFound();
      await access.forget(conversationId);
      sockets.notify({
        room: rooms.conversation(conversationId),
        name: 'conversation:deleted',
        payload: toSharedView(row),
      });
      await sockets.empty(conversationId);
    },
  };
}

const invalid = (pointer: string, detail: string): AppError =>
  new AppError('validation', { errors: [{ pointer, detail }] });
