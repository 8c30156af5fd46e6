import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession, mongo, Types } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import { AppError } from '../../shared/app-error.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import { rooms, type Notice } from '../../sockets/hub.ts';
import { byDeadline, deadlineOf } from './deadlines.ts';
import type { MessagePorts } from './ports.ts';
import { toMessageView, type StoredChange, type StoredMessage } from './views.ts';

/** A change of messages that exist, in one conversation. */
export interface Rewrite {
  readonly conversationId: string;
  readonly messageIds: readonly Types.ObjectId[];
  readonly type: 'edited' | 'deleted';
  /** Who changes them. */
  readonly by: string;
  readonly fields: Pick<StoredMessage, 'content'> & Partial<StoredMessage>;
}

const { queryMs: maxTimeMS } = limits.database;

type RewritePorts = Pick<MessagePorts, 'clock' | 'database' | 'events' | 'models' | 'sockets'>;

/**
 * Creates what changes messages: the change rows under the next revs and the messages with them, in
 * one transaction, then the notices. It returns those that were changed; deleted ones stay as they
 * are. The unique index of `{conversation, rev}` is the referee between nodes: a loser starts over
 * with a fresh head.
 *
 * The returned function throws AppError `unavailable` when the outcome is not known in time.
 */
export function createRewriting(ports: RewritePorts): (rewrite: Rewrite) => Promise<MessageView[]> {
  const { clock, database, events, sockets } = ports;
  const messages = ports.models.messages.collection as unknown as mongo.Collection<StoredMessage>;
  const changes = ports.models.changes.collection as unknown as mongo.Collection<StoredChange>;
  const inTurn = createTurns();

  async function repeat(rewrite: Rewrite, deadline: number): Promise<MessageView[]> {
    for (;;) {
      if (performance.now() >= deadline) throw new AppError('unavailable');
      try {
        return await inTransaction((session) => store(rewrite, session));
      } catch (error) {
        if (duplicateKeyOf(error) === undefined && !hasLabel(error, 'TransientTransactionError'))
          throw error;
        await sleep(Math.random() * limits.lane.conflictWaitMaxMs);
      }
    }
  }

  /** Once: the driver's own repetition goes on for two minutes, and would keep a lost number. */
  async function inTransaction<Result>(
    work: (session: ClientSession) => Promise<Result>,
  ): Promise<Result> {
    const session = await database.connection.startSession();
    try {
      session.startTransaction({
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
      });
      const result = await work(session);
      await session.commitTransaction();
      return result;
    } catch (error) {
      if (hasLabel(error, 'UnknownTransactionCommitResult'))
        throw new AppError('unavailable', {
          detail: 'The change may or may not be stored.',
          cause: error,
        });
      throw error;
    } finally {
      await session.endSession(); // takes back what was not committed
    }
  }

  async function store(rewrite: Rewrite, session: ClientSession): Promise<MessageView[]> {
    const conversation = toObjectId(rewrite.conversationId);
    const rows = await messages
      .find(
        { _id: { $in: [...rewrite.messageIds] }, conversation, deletedAt: null },
        { session, maxTimeMS, sort: { seq: 1 } },
      )
      .toArray();
    if (rows.length === 0) return [];
    const head = await changes.findOne(
      { conversation },
      { session, maxTimeMS, sort: { conversation: -1, rev: -1 } },
    );
    const changed = rows.map((row, index) => ({
      ...row,
      ...rewrite.fields,
      rev: (head?.rev ?? 0) + index + 1,
    }));
    const timestamp = clock.now();
    const by = toObjectId(rewrite.by);
    await changes.insertMany(
      changed.map(({ _id: message, rev }) => {
        return { _id: newId(), conversation, rev, message, type: rewrite.type, by, timestamp };
      }),
      { session },
    );
    await messages.bulkWrite(
      changed.map(({ _id, rev }) => ({
        updateOne: {
          filter: { _id, rev: { $lt: rev } },
          update: { $set: { ...rewrite.fields, rev } },
        },
      })),
      { session },
    );
    return changed.map(toMessageView);
  }

  /** Notices carry the messages as this change left them. */
  function tell(changed: readonly MessageView[], type: Rewrite['type']): void {
    const name = type === 'edited' ? 'message:updated' : 'message:deleted';
    sockets.notifyAll(
      changed.map((message): Notice => {
        return { room: rooms.conversation(message.conversationId), name, payload: message };
      }),
    );
    for (const message of changed) events.tell('message:changed', { message });
  }

  return async function rewrite(wanted) {
    const deadline = deadlineOf();
    const work = inTurn(wanted.conversationId, async () => {
      const changed = await repeat(wanted, deadline);
      tell(changed, wanted.type);
      return changed;
    });
    return byDeadline(work, deadline);
  };
}

/** One after the other for each key, so that only other nodes can be faster. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}

const hasLabel = (error: unknown, label: string): boolean =>
  (error as { hasErrorLabel?: (label: string) => boolean }).hasErrorLabel?.(label) ?? false;
