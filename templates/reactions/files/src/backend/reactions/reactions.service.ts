import type { ClientSession, mongo, Types } from 'mongoose';
import { reactionLimits as limit } from '../../configs/reaction-limits.ts';
import type { OpenModels } from '../../models/index.ts';
import type { ReactionSum } from '../../models/reaction-fields.ts';
import type { StoredReaction } from '../../models/reaction.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { ChangeTarget } from '../../platform/log/types.ts';
import { rooms } from '../../platform/sockets/socket-api.ts';
import type {
  MessageBatch,
  MessageChange,
  MessagePart,
  StoredMessage,
} from '../shared/message-parts.ts';
import { counted, isFull, keysOf, showsAll } from './sums.ts';

/** A reaction that is to be there, or not. */
export interface Wanted extends ChangeTarget {
  readonly key: string;
  readonly isAdded: boolean;
  /** In a large conversation. */
  readonly isQuiet: boolean;
}

type Write = mongo.AnyBulkWriteOperation<StoredReaction>;

/** The keys of users on messages, by `keyOf`. */
type Chosen = ReadonlyMap<string, readonly string[]>;

/** Reactions: a row for each user and message, and their sums in the messages. */
export class Reactions {
  readonly #rows: mongo.Collection<StoredReaction>;

  constructor(models: Pick<OpenModels, 'reactions'>) {
    this.#rows = rowsOf<StoredReaction>(models.reactions);
  }

  /** What messages show of them. */
  get part(): MessagePart<'reactions'> {
    return {
      fields: {
        reactions: (sums) => sums.map((sum) => ({ ...sum, users: sum.users.map(String) })),
      },
      toReader: (userId, rows) => this.#toReader(userId, rows),
      deleted: (rows, session) =>
        this.#rows.deleteMany({ message: { $in: rows.map((row) => row._id) } }, { session }),
    };
  }

  /** How members change them: whoever may not send takes theirs back at most. */
  get kind(): MessageChange<Wanted> {
    return {
      type: 'reacted',
      permission: (one) => (one.isAdded ? 'react' : 'read'),
      restMs: (one) => (one.isQuiet ? limit.quietRestMs : 0),
      apply: (batch) => this.#apply(batch),
      notice: ({ conversationId, messageId, userId }, { rev }, { myReactions = [] }) => ({
        room: rooms.user(userId),
        name: 'reaction:mine',
        payload: { conversationId, messageId, rev: rev ?? 0, myReactions },
      }),
    };
  }

  /** The same for jobs, which need no right. */
  get takingBack(): MessageChange<Wanted> {
    return { type: 'reacted', apply: (batch) => this.#apply(batch) };
  }

  async #toReader(
    userId: string,
    rows: readonly StoredMessage[],
  ): Promise<ReadonlyMap<string, { myReactions: string[] }>> {
    const chosen = rows.filter((row) => row.reactions != null);
    // Where all who chose are shown, the message itself says who did.
    const asked = chosen.filter(({ reactions }) => !reactions?.every(showsAll));
    const ids = asked.map((row) => row._id);
    const own = ids.length > 0 ? await this.#chosen(ids, [userId], read) : noKeys;
    return new Map(
      chosen.map(({ _id, reactions = [] }) => {
        const id = _id.toHexString();
        const isWhole = reactions.every(showsAll);
        const keys = isWhole ? keysOf(userId, reactions) : (own.get(keyOf(id, userId)) ?? []);
        return [id, { myReactions: [...keys] }];
      }),
    );
  }

  async #chosen(
    messages: readonly Types.UUID[],
    userIds: readonly string[],
    options: mongo.FindOptions,
  ): Promise<Map<string, readonly string[]>> {
    const user = { $in: [...new Set(userIds)].map(toObjectId) };
    const found = await this.#rows
      .find({ user, message: { $in: [...messages] } }, options)
      .toArray();
    return new Map(
      found.map((row) => [keyOf(row.message.toHexString(), row.user.toHexString()), row.keys]),
    );
  }

  async #apply({ wanted, messages, session, refuse, accept }: MessageBatch<Wanted>) {
    const ids = [...messages.values()].map((row) => row._id);
    const own = await this.#chosen(
      ids,
      wanted.map((one) => one.userId),
      { session },
    );
    const sums = new Map([...messages].map(([id, row]) => [id, row.reactions ?? []]));
    const changed = new Map<string, Wanted>();
    for (const one of wanted) {
      const owner = keyOf(one.messageId, one.userId);
      const keys = own.get(owner) ?? [];
      const sum = sums.get(one.messageId) ?? [];
      if (keys.includes(one.key) === one.isAdded) continue; // a repeat
      if (one.isAdded && isFull(keys, sum, one.key)) {
        refuse(one, new AppError('limit-reached'));
        continue;
      }
      own.set(owner, one.isAdded ? [...keys, one.key] : keys.filter((key) => key !== one.key));
      sums.set(one.messageId, counted(sum, one));
      changed.set(owner, one);
    }
    for (const one of wanted)
      accept(one, { myReactions: [...(own.get(keyOf(one.messageId, one.userId)) ?? [])] });
    await this.#store([...changed.values()], messages, own, session);
    return this.#patches([...changed.values()], messages, sums, session);
  }

  async #store(
    changed: readonly Wanted[],
    messages: ReadonlyMap<string, StoredMessage>,
    own: Chosen,
    session: ClientSession,
  ): Promise<void> {
    const writes = changed.flatMap(({ messageId, userId }): Write[] => {
      const row = messages.get(messageId);
      if (row === undefined) return [];
      const filter = { user: toObjectId(userId), message: row._id };
      const keys = [...(own.get(keyOf(messageId, userId)) ?? [])];
      const update = { $set: { keys, conversation: row.conversation } };
      return keys.length === 0
        ? [{ deleteOne: { filter } }]
        : [{ updateOne: { filter, update, upsert: true } }];
    });
    if (writes.length > 0) await this.#rows.bulkWrite(writes, { session });
  }

  async #patches(
    changed: readonly Wanted[],
    messages: ReadonlyMap<string, StoredMessage>,
    sums: ReadonlyMap<string, readonly ReactionSum[]>,
    session: ClientSession,
  ) {
    const patches = new Map<string, { reactions: readonly ReactionSum[] | undefined }>();
    for (const id of new Set(changed.map(({ messageId }) => messageId))) {
      const row = messages.get(id);
      if (row === undefined) continue;
      const whole: ReactionSum[] = [];
      for (const sum of sums.get(id) ?? [])
        whole.push(await this.#withUsers(row._id, sum, session));
      patches.set(id, { reactions: whole.length === 0 ? undefined : whole });
    }
    return patches;
  }

  /** Who is shown and takes theirs back leaves a place, which others fill. */
  async #withUsers(
    message: Types.UUID,
    sum: ReactionSum,
    session: ClientSession,
  ): Promise<ReactionSum> {
    const shown = Math.min(sum.count, limit.usersShown);
    if (sum.users.length >= shown) return sum;
    const rows = await this.#rows
      .find({ message, keys: sum.key }, { session })
      .sort({ user: 1 })
      .limit(limit.usersShown)
      .toArray();
    return { ...sum, users: rows.map((row) => row.user) };
  }
}

const noKeys: Chosen = new Map();

const keyOf = (messageId: string, userId: string): string => `${messageId} ${userId}`;
