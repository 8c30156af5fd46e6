import type { mongo, Types } from 'mongoose';
import type { MessageView } from '../../contract/messages.ts';
import type { Models } from '../../models/index.ts';
import type { StoredMessage } from '../../models/message.ts';
import type { MessageCount, MessagesWhere, UnreadPlace } from '../shared/message-parts.ts';
import { toObjectId, toUuid } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import type { Heads } from '../../platform/sockets/socket-api.ts';
import { createDeletedCounts } from './deleted-counts.ts';
import { highest } from './highest.ts';
import { createNamedCounts } from './named-counts.ts';
import { readPage, type FindMessages, type HistoryPage, type HistoryPlace } from './pages.ts';
import type { StoredChange } from '../../platform/log/types.ts';
import type { MessageParts } from './parts.ts';

type Narrowed = MessagesWhere & { readonly projection?: object };

/** Reads of messages and changes, with majority, from the primary; rights are the caller's. */
export class History {
  readonly #messages: mongo.Collection<StoredMessage>;
  readonly #parts: MessageParts;
  readonly #changes: mongo.Collection<StoredChange>;
  /** The rows, for what is made of all of them. */
  readonly stored;
  /** How many of the messages of each place were deleted; those without any are left out. */
  readonly deletedIn: (places: readonly UnreadPlace[]) => Promise<ReadonlyMap<string, number>>;
  /** How many messages of each place name one of the values in a field; those without any are left out. */
  readonly countNaming: ReturnType<typeof createNamedCounts>;

  constructor({ models, parts }: { readonly models: Models; readonly parts: MessageParts }) {
    this.#parts = parts;
    this.#messages = rowsOf<StoredMessage>(models.messages);
    this.#changes = rowsOf<StoredChange>(models.changes);
    this.stored = { messages: rowsOf(models.messages), changes: rowsOf(models.changes) };
    this.deletedIn = createDeletedCounts(this.#messages);
    this.countNaming = createNamedCounts(this.#messages);
  }

  /** The highest numbers; 0 where there is nothing. */
  async headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>> {
    const [seqs, revs] = await Promise.all([
      this.lastSeqs(conversationIds),
      highest(this.#changes, 'rev', conversationIds),
    ]);
    return new Map(
      conversationIds.map((id) => [id, { lastSeq: seqs.get(id) ?? 0, lastRev: revs.get(id) ?? 0 }]),
    );
  }

  /** The highest `seq` of each conversation that has messages. */
  lastSeqs(conversationIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return highest(this.#messages, 'seq', conversationIds);
  }

  /** The last message of each conversation that has messages. */
  async latestOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, MessageView>> {
    const seqs = await this.lastSeqs(conversationIds);
    if (seqs.size === 0) return new Map();
    const places = [...seqs].map(([id, seq]) => ({ conversation: toObjectId(id), seq }));
    const rows = await this.#messages.find({ $or: places }, read).toArray();
    return new Map(rows.map((row) => [row.conversation.toHexString(), this.#parts.toView(row)]));
  }

  page(conversationId: string, place: HistoryPlace, size?: number): Promise<HistoryPage> {
    return readPage(this.#findIn(conversationId), place, size);
  }

  /** Messages after a place, by place. */
  after(conversationId: string, seq: number, size: number): Promise<StoredMessage[]> {
    return this.#findIn(conversationId)({ $gte: seq + 1 }, 1, size);
  }

  /** Changes after a rev: their numbers with the message of each, by rev. */
  async changesAfter(
    conversationId: string,
    rev: number,
    size: number,
  ): Promise<{ rev: number; message: Types.UUID }[]> {
    return this.#changes
      .find({ conversation: toObjectId(conversationId), rev: { $gt: rev } }, read)
      .project<{ rev: number; message: Types.UUID }>({ rev: 1, message: 1, _id: 0 })
      .sort({ rev: 1 })
      .limit(size)
      .toArray();
  }

  /** Messages by id, as they are now. */
  async byIds(conversationId: string, ids: readonly Types.UUID[]): Promise<StoredMessage[]> {
    if (ids.length === 0) return [];
    const filter = { _id: { $in: [...ids] }, conversation: toObjectId(conversationId) };
    return this.#messages.find(filter, read).toArray();
  }

  /** Those of the messages that are in the conversation, by id, as members see them now. */
  async viewsOf(
    conversationId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, MessageView>> {
    const rows = await this.byIds(conversationId, ids.map(toUuid));
    return new Map(rows.map((row) => [row._id.toHexString(), this.#parts.toView(row)]));
  }

  /** Messages by id, in whatever conversation. */
  anywhere(ids: readonly string[]): Promise<StoredMessage[]> {
    return this.#messages.find({ _id: { $in: ids.map(toUuid) } }, read).toArray();
  }

  /** Messages of one conversation by another index than that of their place. */
  find(conversationId: string, { filter, ...how }: Narrowed): Promise<StoredMessage[]> {
    const where = { ...filter, conversation: toObjectId(conversationId) };
    return this.#messages.find(where, { ...read, ...how }).toArray();
  }

  /** The same, and of each only some fields. */
  pick<Field extends keyof StoredMessage>(
    conversationId: string,
    where: MessagesWhere,
    fields: readonly Field[],
  ): Promise<Pick<StoredMessage, Field>[]> {
    const projection = Object.fromEntries([['_id', 0], ...fields.map((field) => [field, 1])]);
    return this.find(conversationId, { ...where, projection });
  }

  /** Messages of one conversation by what they have in a field, of each of `places` at most its limit. */
  async countBy(
    conversationId: string,
    field: string,
    places: readonly MessagesWhere[],
  ): Promise<readonly MessageCount[]> {
    const conversation = toObjectId(conversationId);
    const [first, ...others] = places.map(({ filter, sort, limit }) => [
      { $match: { ...filter, conversation } },
      { $sort: sort },
      { $limit: limit },
      { $group: { _id: `$${field}`, count: { $sum: 1 }, lastSeq: { $max: '$seq' } } },
    ]);
    if (first === undefined) return [];
    const coll = this.#messages.collectionName;
    const all = [...first, ...others.map((pipeline) => ({ $unionWith: { coll, pipeline } }))];
    const { hint } = places[0] ?? {};
    const how = hint === undefined ? read : { ...read, hint };
    return this.#messages.aggregate<MessageCount>(all, how).toArray();
  }

  #findIn(conversationId: string): FindMessages {
    return (seq, sort, size) =>
      this.#messages
        .find({ conversation: toObjectId(conversationId), ...(seq && { seq }) }, read)
        .sort({ seq: sort })
        .limit(size)
        .toArray();
  }
}
