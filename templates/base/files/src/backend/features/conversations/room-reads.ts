import { trusted } from 'mongoose';
import type { Models } from '../../../models/index.ts';
import type { Room } from '../../shared/access.ts';
import { createBatch } from '../../shared/batch.ts';
import { toObjectId } from '../../shared/ids.ts';
import { blockedPairs } from './blocked-pairs.ts';

type Rooms = ReadonlyMap<string, Room | null>;

const mostTogether = 100; // questions that share their queries
const readsAtOnce = 8; // a message waits for its right: rather a few more queries than a line
const gatherMs = 100; // well below the half of the cache's time in which it is read anew

/** Reads what the gate must know of a user in a conversation; null where there is none. */
interface RoomReads {
  now(userId: string, conversationId: string): Promise<Room | null>;
  /** For what nobody waits for: gathered for a moment, so that many share their queries. */
  soon(userId: string, conversationId: string): Promise<Room | null>;
}

/**
 * Creates the reads of one node. People who write seldom are looked up for each message: questions
 * that wait together share two queries, a third one where a conversation is direct.
 */
export function createRoomReads({
  blocks,
  conversations,
  memberships,
}: Pick<Models, 'blocks' | 'conversations' | 'memberships'>): RoomReads {
  async function readSome(keys: readonly string[]): Promise<[string, Room | null][]> {
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
    const blocked = await blockedAmong(found.flatMap(({ dmKey }) => dmKey ?? []));
    return keys.map((key) => {
      const row = byId.get(roomOf(key));
      if (row === undefined) return [key, null];
      const { type, visibility, memberCount, dmKey } = row;
      const role = roles.get(key) ?? null;
      const isBlocked = role !== null && typeof dmKey === 'string' && blocked.has(dmKey);
      const conversationId = roomOf(key);
      return [key, { conversationId, type, visibility, memberCount, role, blocked: isBlocked }];
    });
  }

  async function blockedAmong(pairs: readonly string[]): Promise<ReadonlySet<string>> {
    if (pairs.length === 0) return new Set();
    const people = trusted({ $in: pairs.flatMap((pair) => pair.split(' ')).map(toObjectId) });
    return blockedPairs(blocks, { user: people, blocked: people });
  }

  async function read(keys: readonly string[]): Promise<Rooms> {
    const parts = Array.from({ length: Math.ceil(keys.length / mostTogether) }, (_, index) =>
      keys.slice(index * mostTogether, (index + 1) * mostTogether),
    );
    return new Map((await Promise.all(parts.map(readSome))).flat());
  }

  const toReader =
    (batch: typeof read) =>
    async (userId: string, conversationId: string): Promise<Room | null> => {
      const key = keyOf(userId, conversationId);
      return (await batch([key])).get(key) ?? null;
    };
  return {
    now: toReader(createBatch(read, { atOnce: readsAtOnce })),
    soon: toReader(createBatch(read, { gatherMs })),
  };
}

const keyOf = (userId: string, conversationId: string): string => `${conversationId} ${userId}`;
const roomOf = (key: string): string => key.slice(0, key.indexOf(' '));
const userOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
