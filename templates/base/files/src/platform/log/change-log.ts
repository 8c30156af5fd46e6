import type { ClientSession, mongo, Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import { newId, toObjectId } from '../database/ids.ts';
import { toUpdate, type Patch } from '../database/patch.ts';
import { byDeadline, deadlineOf } from '../lib/time.ts';

const { queryMs: maxTimeMS } = limits.database;

/** What of a message's row its changes rest on. */
export interface ChangeableRow {
  readonly _id: Types.UUID;
  readonly conversation: Types.ObjectId;
  readonly seq: number;
  /** Its last change; absent until there is one. */
  readonly rev?: number | null | undefined;
}

/** A change as it is stored; never what the message said. */
export interface StoredChange {
  readonly _id: Types.ObjectId;
  readonly conversation: Types.ObjectId;
  readonly rev: number;
  readonly message: Types.UUID;
  readonly type: string;
  readonly by: Types.ObjectId;
  readonly timestamp: Date;
}

/** A change of messages of one conversation. */
export interface Change<Row> {
  readonly conversationId: string;
  readonly messageIds: readonly Types.UUID[];
  readonly type: string;
  /** Who changes them. */
  readonly by: string;
  /**
   * Decides on a message as the transaction sees it: what of it becomes what, or undefined where it
   * stays as it is. It may be asked again, and refuses by throwing.
   */
  readonly work: (row: Row) => Patch<Row> | undefined;
  /** Refuses in the transaction; jobs need no right. */
  readonly assertRight?: (session: ClientSession) => Promise<void>;
}

/** Does `work` in one transaction of a conversation, again while others are in the way, until `deadline`. */
type Transact = <Result>(
  conversationId: string,
  work: (session: ClientSession) => Promise<Result>,
  deadline: number,
) => Promise<Result>;

/** What a change log works on, and whom it tells. */
export interface ChangeLogOptions<Row extends ChangeableRow> {
  /** Holds rows of type `Row`. */
  readonly messages: mongo.Collection<ChangeableRow>;
  readonly changes: mongo.Collection<StoredChange>;
  readonly transact: Transact;
  readonly now: () => Date;
  /** After the commit, with the messages as this change left them. */
  readonly onChanged: (rows: readonly Row[], type: string) => void;
}

/**
 * Changes messages: the rows of the changes under the next revs of their conversation, 1, 2, 3 …
 * without a hole, and the messages with them, in one transaction. The unique index of
 * `{conversation, rev}` decides races between nodes: the loser starts over with a fresh number.
 */
export class ChangeLog<Row extends ChangeableRow> {
  readonly #options: ChangeLogOptions<Row>;

  constructor(options: ChangeLogOptions<Row>) {
    this.#options = options;
  }

  /**
   * Changes messages and returns those that were changed, by their place.
   *
   * @throws AppError `unavailable` when the outcome is not known in time
   */
  async change(change: Change<Row>): Promise<readonly Row[]> {
    const { onChanged, transact } = this.#options;
    const deadline = deadlineOf();
    const store = (session: ClientSession): Promise<Row[]> => this.#store(change, session);
    const changing = transact(change.conversationId, store, deadline).then((rows) => {
      onChanged(rows, change.type);
      return rows;
    });
    return byDeadline(changing, deadline);
  }

  async #store(change: Change<Row>, session: ClientSession): Promise<Row[]> {
    await change.assertRight?.(session);
    const conversation = toObjectId(change.conversationId);
    const rows = await this.#options.messages
      .find<Row>({ _id: { $in: [...change.messageIds] }, conversation }, { session, maxTimeMS })
      .sort({ seq: 1 })
      .toArray();
    const decided = rows.flatMap((row) => {
      const patch = change.work(row);
      return patch === undefined ? [] : [{ row, patch }];
    });
    if (decided.length === 0) return [];
    const last = await this.#options.changes.findOne(
      { conversation },
      { session, maxTimeMS, sort: { conversation: -1, rev: -1 } },
    );
    const first = (last?.rev ?? 0) + 1;
    const changed = decided.map(({ row, patch }, index) => ({
      row,
      patch: { ...patch, rev: first + index },
    }));
    await this.#write(change, changed, session);
    return changed.map(({ row, patch }) => ({ ...row, ...patch }));
  }

  async #write(
    { type, by }: Change<Row>,
    changed: readonly Changed<Row>[],
    session: ClientSession,
  ): Promise<void> {
    const timestamp = this.#options.now();
    await this.#options.changes.insertMany(
      changed.map(({ row, patch: { rev } }) => ({
        _id: newId(),
        conversation: row.conversation,
        rev,
        message: row._id,
        type,
        by: toObjectId(by),
        timestamp,
      })),
      { session },
    );
    await this.#options.messages.bulkWrite(
      changed.map(({ row: { _id }, patch }) => ({
        updateOne: { filter: { _id, rev: { $not: { $gte: patch.rev } } }, update: toUpdate(patch) },
      })),
      { session },
    );
  }
}

/** A message as it was, and what of it becomes what. */
interface Changed<Row> {
  readonly row: Row;
  readonly patch: Patch<Row> & { readonly rev: number };
}
