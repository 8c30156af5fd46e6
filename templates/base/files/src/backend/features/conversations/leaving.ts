import { AppError } from '../../shared/app-error.ts';
import type { Members } from './members.service.ts';
import type { ConversationPorts } from './ports.ts';

/** Ends many memberships, for jobs; doing it again goes on where it was interrupted. */
export interface Leaving {
  /** Ownership goes to the oldest admin, else to the oldest member; direct conversations stay. */
  leaveAll(userId: string): Promise<void>;
  /** Ends those in an archived conversation; nobody is told, as nobody can see it. */
  endMemberships(conversationId: string): Promise<void>;
}

/** Creates the leaving of one node. */
export function createLeaving(
  { clock, models }: ConversationPorts,
  members: Members,
  archive: (conversationId: string) => Promise<void>,
): Leaving {
  const { conversations, memberships } = models;

  /** Who inherits: by rank, then by age. */
  async function heirOf(conversationId: string, userId: string): Promise<string | undefined> {
    const rows = await memberships
      .find({ conversation: conversationId, leftAt: null }, { user: 1, role: 1 })
      .sort({ joinedAt: 1, _id: 1 })
      .lean();
    const others = rows.filter((row) => String(row.user) !== userId);
    const heir = others.find((row) => row.role === 'admin') ?? others[0];
    return heir && String(heir.user);
  }

  async function leave(conversationId: string, userId: string): Promise<void> {
    try {
      await members.remove(conversationId, userId);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'last-owner') throw error;
      const heir = await heirOf(conversationId, userId);
      if (heir === undefined) return archive(conversationId);
      await members.changeRole(conversationId, heir, 'owner');
      await members.remove(conversationId, userId);
    }
  }

  return {
    async leaveAll(userId) {
      const mine = await memberships
        .find({ user: userId, leftAt: null }, { conversation: 1 })
        .lean();
      for (const { conversation } of mine) {
        const row = await conversations
          .findOne({ _id: conversation, archivedAt: null }, { type: 1 })
          .lean();
        if (row !== null && row.type !== 'direct') await leave(String(conversation), userId);
      }
    },
    async endMemberships(conversationId) {
      await memberships.updateMany(
        { conversation: conversationId, leftAt: null },
        { $set: { leftAt: clock.now() } },
      );
    },
  };
}
