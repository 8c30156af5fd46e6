import type { mongo, Types } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import type { Models } from '../../../models/index.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { Heads } from '../../sockets/hub.ts';
import { readPage, type FindMessages, type HistoryPage, type HistoryPlace } from './pages.ts';
import type { MessageKey } from './sends.ts';
import { toMessageView, type StoredChange, type StoredMessage } from './views.ts';

/** Reads of messages and changes, with majority, from the primary; rights are the caller's. */
export interface History {
  /** The highest numbers; 0 where there is nothing. */
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
  /** The highest `seq` of each conversation that has messages. */
  lastSeqs(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The last message of each conversation that has messages. */
  latestOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, MessageView>>;
  page(conversationId: string, place: HistoryPlace, size?: number): Promise<HistoryPage>;
  /** Messages after a place, by place. */
  after(conversationId: string, seq: number, size: number): Promise<StoredMessage[]>;
  /** Changes after a rev: their numbers with the message of each, by rev. */
  changesAfter(
    conversationId: string,
    rev: number,
    size: number,
  ): Promise<{ rev: number; message: Types.ObjectId }[]>;
  /** Messages by id, as they are now. */
  byIds(conversationId: string, ids: readonly Types.ObjectId[]): Promise<StoredMessage[]>;
  /** Those of the messages that are in the conversation, by id, as members see them now. */
  viewsOf(
    conversationId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, MessageView>>;
  /** Those of the messages that are stored, by their senders' own ids. */
  byClientMessageIds(keys: readonly MessageKey[]): Promise<StoredMessage[]>;
  /** What a user wrote in a conversation, in the order of their own ids, after one of these. */
  writtenBy(
    userId: string,
    conversationId: string,
    after: string,
    size: number,
  ): Promise<MessageView[]>;
}

const read = {
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  maxTimeMS: limits.database.queryMs,
} as const;

/** Creates the reads of one connection. */
export function createHistory(core: { readonly models: Models }): History {
  // The driver's collections: no Mongoose document is built for what is read in pages.
  const messages = core.models.messages.collection as unknown as mongo.Collection<StoredMessage>;
  const changes = core.models.changes.collection as unknown as mongo.Collection<StoredChange>;

  const lastSeqs: History['lastSeqs'] = (ids) => highest(messages, 'seq', ids);

  const findIn =
    (conversationId: string): FindMessages =>
    (seq, sort, size) =>
      messages
        .find({ conversation: toObjectId(conversationId), ...(seq && { seq }) }, read)
        .sort({ seq: sort })
        .limit(size)
        .toArray();

  const byIds: History['byIds'] = async (conversationId, ids) => {
    if (ids.length === 0) return [];
    const filter = { _id: { $in: [...ids] }, conversation: toObjectId(conversationId) };
    return messages.find(filter, read).toArray();
  };

  return {
    lastSeqs,
    async headsOf(conversationIds) {
      const [seqs, revs] = await Promise.all([
        lastSeqs(conversationIds),
        highest(changes, 'rev', conversationIds),
      ]);
      return new Map(
        conversationIds.map((id) => [
          id,
          { lastSeq: seqs.get(id) ?? 0, lastRev: revs.get(id) ?? 0 },
        ]),
      );
    },
    async latestOf(conversationIds) {
      const seqs = await lastSeqs(conversationIds);
      if (seqs.size === 0) return new Map();
      const places = [...seqs].map(([id, seq]) => ({ conversation: toObjectId(id), seq }));
      const rows = await messages.find({ $or: places }, read).toArray();
      return new Map(rows.map((row) => [row.conversation.toHexString(), toMessageView(row)]));
    },
    page: (conversationId, place, size) => readPage(findIn(conversationId), place, size),
    after: (conversationId, seq, size) => findIn(conversationId)({ $gte: seq + 1 }, 1, size),
    async changesAfter(conversationId, rev, size) {
      return changes
        .find({ conversation: toObjectId(conversationId), rev: { $gt: rev } }, read)
        .project<{ rev: number; message: Types.ObjectId }>({ rev: 1, message: 1, _id: 0 })
        .sort({ rev: 1 })
        .limit(size)
        .toArray();
    },
    byIds,
    async viewsOf(conversationId, ids) {
      const rows = await byIds(conversationId, ids.map(toObjectId));
      return new Map(rows.map((row) => [row._id.toHexString(), toMessageView(row)]));
    },
    async byClientMessageIds(keys) {
      if (keys.length === 0) return [];
      const filters = keys.map(({ conversationId, sender, clientMessageId }) => ({
        conversation: toObjectId(conversationId),
        sender: toObjectId(sender),
        clientMessageId,
      }));
      return messages.find({ $or: filters }, read).toArray();
    },
    async writtenBy(userId, conversationId, after, size) {
      const written = { conversation: toObjectId(conversationId), sender: toObjectId(userId) };
      const rows = await messages
        .find({ ...written, clientMessageId: { $gt: after } }, read)
        .sort({ clientMessageId: 1 })
        .limit(size)
        .toArray();
      return rows.map(toMessageView);
    },
  };
}

/**
 * The highest number of each conversation. With exactly this sort the query walks one index key a
 * conversation (DISTINCT_SCAN); `{ conversation: 1, number: -1 }` would walk them all.
 */
async function highest<Row extends mongo.Document>(
  collection: mongo.Collection<Row>,
  number: 'seq' | 'rev',
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await collection
    .aggregate<{ _id: Types.ObjectId; last: number }>(
      [
        { $match: { conversation: { $in: conversationIds.map(toObjectId) } } },
        { $sort: { conversation: -1, [number]: -1 } },
        { $group: { _id: '$conversation', last: { $first: `$${number}` } } },
      ],
      read,
    )
    .toArray();
  return new Map(rows.map((row) => [row._id.toHexString(), row.last]));
}
