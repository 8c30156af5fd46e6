import type { mongo, Types } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import type { Models } from '../../../models/index.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { Heads } from '../../sockets/hub.ts';
import { toMessageView, type StoredChange, type StoredMessage } from './views.ts';

/** A page of history, oldest first. */
export interface HistoryPage {
  readonly items: MessageView[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

/** Where a page lies; all places exclusive but `around`. */
export interface HistoryPlace {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
}

/** Reads of messages and changes, with majority, from the primary; rights are the caller's. */
export interface History {
  /** The highest numbers; a conversation without messages has none of it in the map. */
  headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
  /** The highest `seq` of each conversation that has messages. */
  lastSeqs(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  lastRevs(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The last message of each conversation. */
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
  /** The stored message of a sender's own id. */
  byClientMessageId(
    conversationId: string,
    sender: string,
    clientMessageId: string,
  ): Promise<StoredMessage | null>;
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
  const lastRevs: History['lastRevs'] = (ids) => highest(changes, 'rev', ids);

  const find = (
    filter: mongo.Filter<StoredMessage>,
    sort: 1 | -1,
    size: number,
  ): Promise<StoredMessage[]> =>
    messages.find(filter, read).sort({ seq: sort }).limit(size).toArray();

  return {
    lastSeqs,
    lastRevs,
    async headsOf(conversationIds) {
      const [seqs, revs] = await Promise.all([
        lastSeqs(conversationIds),
        lastRevs(conversationIds),
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
    async page(conversationId, { before, after, around }, size = limits.page.defaultItems) {
      const conversation = toObjectId(conversationId);
      if (around !== undefined) {
        // Half a page on each side; the message itself belongs to the second half.
        const half = Math.floor(size / 2);
        const [older, newer] = await Promise.all([
          find({ conversation, seq: { $lt: around } }, -1, half + 1),
          find({ conversation, seq: { $gte: around } }, 1, size - half + 1),
        ]);
        return {
          items: [...older.slice(0, half).toReversed(), ...newer.slice(0, size - half)].map(
            toMessageView,
          ),
          hasMoreBefore: older.length > half,
          hasMoreAfter: newer.length > size - half,
        };
      }
      if (after !== undefined) {
        const rows = await find({ conversation, seq: { $gt: after } }, 1, size + 1);
        return {
          items: rows.slice(0, size).map(toMessageView),
          hasMoreBefore: after > 0,
          hasMoreAfter: rows.length > size,
        };
      }
      const older = before === undefined ? {} : { seq: { $lt: before } };
      const rows = await find({ conversation, ...older }, -1, size + 1);
      return {
        items: rows.slice(0, size).toReversed().map(toMessageView),
        hasMoreBefore: rows.length > size,
        hasMoreAfter: before !== undefined,
      };
    },
    after: (conversationId, seq, size) =>
      find({ conversation: toObjectId(conversationId), seq: { $gt: seq } }, 1, size),
    async changesAfter(conversationId, rev, size) {
      return changes
        .find({ conversation: toObjectId(conversationId), rev: { $gt: rev } }, read)
        .project<{ rev: number; message: Types.ObjectId }>({ rev: 1, message: 1, _id: 0 })
        .sort({ rev: 1 })
        .limit(size)
        .toArray();
    },
    async byIds(conversationId, ids) {
      if (ids.length === 0) return [];
      const filter = { _id: { $in: [...ids] }, conversation: toObjectId(conversationId) };
      return messages.find(filter, read).toArray();
    },
    byClientMessageId: (conversationId, sender, clientMessageId) =>
      messages.findOne(
        {
          conversation: toObjectId(conversationId),
          sender: toObjectId(sender),
          clientMessageId,
        },
        read,
      ),
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
