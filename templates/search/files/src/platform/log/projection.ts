import type { ClientSession, Connection, mongo, Types } from 'mongoose';
import { toObjectId } from '../database/ids.ts';
import { read } from '../database/rows.ts';
import { withTransaction } from '../database/transaction.ts';
import { duplicateKeyOf } from '../errors/database-errors.ts';
import {
  headIn,
  inParts,
  readStates,
  start,
  walkConversations,
  type Ends,
  type LogPlace,
  type LogPlaces,
  type StoredLog,
} from './projection-reads.ts';
import type { ChangeableRow } from './types.ts';

/** How far a projection has come in a conversation, whose id it has; no row: nowhere yet. */
export interface StoredProgress extends LogPlace {
  readonly _id: Types.ObjectId;
}

/** What a projection reads, and what it makes of that. */
export interface ProjectionOptions<Row extends ChangeableRow> {
  readonly connection: Connection;
  readonly stored: StoredLog;
  readonly progress: mongo.Collection<StoredProgress>;
  /** The heads of conversations that have messages. */
  readonly headsOf: (
    conversationIds: readonly string[],
  ) => Promise<ReadonlyMap<string, { readonly lastSeq: number; readonly lastRev: number }>>;
  /** Takes states of messages, in the transaction that stores how far it has come. */
  readonly fold: (rows: readonly Row[], session: ClientSession) => Promise<unknown>;
  /** Removes some of what was made of a conversation; resolves with whether there may be more. */
  readonly forget: (conversationId: string, session: ClientSession) => Promise<boolean>;
  /** States of messages in one transaction. */
  readonly states: number;
  /** So many of them are in memory. */
  readonly statesAtOnce: number;
  /** Conversations in one transaction. */
  readonly conversations: number;
}

/**
 * What is made of messages and follows their changes, in collections of its own. Each step is one
 * transaction: states behind the progress, what is made of them, and the new progress. Of two nodes that
 * make the same step one is in conflict there, so a step is made whole, once, and no old state replaces
 * a newer one. Nothing else is kept: whatever is missed is found by comparing heads with progress.
 */
export class Projection<Row extends ChangeableRow> {
  readonly #options: ProjectionOptions<Row>;

  constructor(options: ProjectionOptions<Row>) {
    this.#options = options;
  }

  /**
   * Makes a step in some conversations. Resolves with those that are at their end, as the transaction saw
   * them; the others want another step.
   *
   * @throws AppError `unavailable` when others were in the way for too long
   */
  step(conversationIds: readonly string[]): Promise<Ends> {
    const { connection, conversations, fold, progress, states, statesAtOnce, stored } =
      this.#options;
    const some = conversationIds.slice(0, conversations);
    return withTransaction(
      connection,
      async (session) => {
        const before = await this.#progressOf(some, { session });
        let [reached, left, ends]: [LogPlaces, number, Ends] = [before, states, nothingRead];
        do {
          const size = Math.min(left, statesAtOnce);
          const { rows, ...found } = await readStates<Row>(stored, reached, size, session);
          if (rows.length > 0) await fold(rows, session);
          ({ reached, ...ends } = found);
          left -= size;
        } while (ends.cut.length > 0 && left > 0);
        const writes = [...reached].flatMap(([id, place]) => advance(id, before.get(id), place));
        if (writes.length > 0) await progress.bulkWrite(writes, { session });
        return ends;
      },
      // The first step of a conversation, made by another node too.
      { isRepeatable: (error) => duplicateKeyOf(error) !== undefined },
    );
  }

  /** Makes steps until conversations are at their end. */
  async catchUp(conversationIds: readonly string[], signal?: AbortSignal): Promise<void> {
    const left = new Set(conversationIds);
    while (left.size > 0) {
      signal?.throwIfAborted();
      const some = [...left].slice(0, this.#options.conversations);
      for (const id of (await this.step(some)).whole) left.delete(id);
    }
  }

  /** Which conversations want a step, and of which the progress is above the head. */
  async compare(
    conversationIds: readonly string[],
  ): Promise<{ readonly behind: readonly string[]; readonly above: readonly string[] }> {
    // In this order: what is stored in between makes nothing look as if it were above.
    const progress = await this.#progressOf(conversationIds, read);
    const heads = await this.#options.headsOf(conversationIds);
    const placed = [...progress].map(([id, place]) => {
      const { lastSeq = 0, lastRev = 0 } = heads.get(id) ?? {};
      return { id, place, head: { seq: lastSeq, rev: lastRev } };
    });
    return {
      behind: placed.filter(({ place, head }) => isAbove(head, place)).map(({ id }) => id),
      above: placed.filter(({ place, head }) => isAbove(place, head)).map(({ id }) => id),
    };
  }

  /** All conversations that there are or were, some at a time; most of them twice. */
  async *walk(size: number): AsyncGenerator<readonly string[]> {
    yield* walkConversations(this.#options.stored, size);
    const known = this.#options.progress.find({}, { ...read, projection: { _id: 1 } });
    yield* inParts(known, size);
  }

  /**
   * Makes everything anew while messages come; `onDone` is told how many conversations are done. Ended
   * in the middle it may be made again, and nodes go on with what it has begun.
   */
  async rebuild(onDone: (conversations: number) => void): Promise<void> {
    const { conversations, stored } = this.#options;
    const all: string[] = []; // no cursor stays open for as long as this takes
    for await (const some of walkConversations(stored, conversations)) all.push(...some);
    for (let done = 0; done < all.length; done += conversations) {
      const some = all.slice(done, done + conversations);
      for (const id of some) await this.restart(id, true);
      await this.catchUp(some);
      onDone(done + some.length);
    }
    for await (const some of this.walk(conversations))
      for (const id of (await this.compare(some)).above) await this.restart(id);
  }

  /**
   * Forgets what was made of a conversation, so that the next step begins before its first message:
   * where the progress is above the head, as after the database was restored, or in any case.
   */
  async restart(conversationId: string, isInAnyCase = false): Promise<void> {
    const { connection, forget, progress, stored } = this.#options;
    const isDone = (): Promise<boolean> =>
      withTransaction(connection, async (session) => {
        const [place = start] = (await this.#progressOf([conversationId], { session })).values();
        // Another node may have been here.
        const head = await headIn(stored, conversationId, session);
        if (!isInAnyCase && !isAbove(place, head)) return true;
        const hasMore = await forget(conversationId, session);
        const row = { _id: toObjectId(conversationId) };
        if (!hasMore) await progress.deleteOne(row, { session });
        else await progress.updateOne(row, { $set: nowhere }, { session, upsert: true });
        return !hasMore;
      });
    while (!(await isDone()));
  }

  async #progressOf(
    conversationIds: readonly string[],
    options: mongo.FindOptions,
  ): Promise<LogPlaces> {
    const _id = { $in: conversationIds.map(toObjectId) };
    const rows = await this.#options.progress.find({ _id }, options).toArray();
    const known = new Map(rows.map((row) => [row._id.toHexString(), row]));
    return new Map(conversationIds.map((id) => [id, known.get(id) ?? start]));
  }
}

const nothingRead: Ends = { whole: new Set(), cut: [] };

/** Above every head: nobody makes a step there, and whoever compares goes on with what was forgotten in part. */
const nowhere: LogPlace = { seq: Number.MAX_SAFE_INTEGER, rev: 0 };

const isAbove = (one: LogPlace, other: LogPlace): boolean =>
  one.seq > other.seq || one.rev > other.rev;

/** Compare and set: only what was read becomes something else. */
function advance(
  id: string,
  { seq, rev }: LogPlace = start,
  to: LogPlace,
): mongo.AnyBulkWriteOperation<StoredProgress>[] {
  if (to.seq === seq && to.rev === rev) return [];
  const filter = { _id: toObjectId(id), seq, rev };
  const update = { $set: { seq: to.seq, rev: to.rev } };
  return [{ updateOne: { filter, update, upsert: true } }];
}
