import { trusted } from 'mongoose';
import type { MemberRole } from '../../../contract/conversations.ts';
import type { ConversationRow } from '../../../models/conversation.ts';
import type { Models } from '../../../models/index.ts';
import { createBatch } from '../../shared/batch.ts';
import { toObjectId } from '../../shared/ids.ts';

/** What the gate must know of a conversation and of one user in it. */
interface RoomRead {
  /** Undefined: there is none, or it is archived. */
  readonly conversation:
    Pick<ConversationRow, 'type' | 'visibility' | 'memberCount' | 'dmKey'> | undefined;
  /** Null: the user is no member. */
  readonly role: MemberRole | null;
}

const mostTogether = 100; // questions that share their two queries
const readsAtOnce = 8; // a message waits for its right: rather a few more queries than a line
const gatherMs = 100; // well below the half of the cache's time in which it is read anew

/** Reads of one user's place in one conversation. */
interface RoomReads {
  now(userId: string, conversationId: string): Promise<RoomRead>;
  /** For what nobody waits for: gathered for a moment, so that many share their queries. */
  soon(userId: string, conversationId: string): Promise<RoomRead>;
}

/**
 * Creates the reads of one node. People who write seldom are looked up for each message: questions
 * that wait together share two queries.
 */
export function createRoomReads({
  conversations,
  memberships,
}: Pick<Models, 'conversations' | 'memberships'>): RoomReads {
  async function readSome(keys: readonly string[]): Promise<[string, RoomRead][]> {
    const rooms = keys.map((key) => toObjectId(roomOf(key)));
    const users = keys.map((key) => toObjectId(userOf(key)));
    const [found, members] = await Promise.all([
      conversations
        .find(
          { _id: trusted({ $in: rooms }), archivedAt: null },
          { type: 1, visibility: 1, memberCount: 1, dmKey: 1 },
        )
        .lean(),
      memberships
        .find(
          { conversation: trusted({ $in: rooms }), user: trusted({ $in: users }), leftAt: null },
          { conversation: 1, user: 1, role: 1 },
        )
        .lean(),
    ]);
    const byId = new Map(found.map((row) => [String(row._id), row]));
    const roles = new Map(
      members.map((row) => [keyOf(String(row.user), String(row.conversation)), row.role]),
    );
    return keys.map((key) => [
      key,
      { conversation: byId.get(roomOf(key)), role: roles.get(key) ?? null },
    ]);
  }

  async function read(keys: readonly string[]): Promise<ReadonlyMap<string, RoomRead>> {
    const parts = Array.from({ length: Math.ceil(keys.length / mostTogether) }, (_, index) =>
      keys.slice(index * mostTogether, (index + 1) * mostTogether),
    );
    return new Map((await Promise.all(parts.map(readSome))).flat());
  }

  const toReader =
    (batch: typeof read) =>
    async (userId: string, conversationId: string): Promise<RoomRead> => {
      const key = keyOf(userId, conversationId);
      return (await batch([key])).get(key) as RoomRead;
    };
  return {
    now: toReader(createBatch(read, { atOnce: readsAtOnce })),
    soon: toReader(createBatch(read, { gatherMs })),
  };
}

const keyOf = (userId: string, conversationId: string): string => `${conversationId} ${userId}`;
const roomOf = (key: string): string => key.slice(0, key.indexOf(' '));
const userOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
