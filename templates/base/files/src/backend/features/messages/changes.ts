import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import { duplicateKeyOf } from '../../shared/duplicate-key.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import { rooms } from '../../sockets/hub.ts';
import type { MessagePorts } from './ports.ts';
import { toMessageView, type StoredChange, type StoredMessage } from './views.ts';

const attempts = 20;

/** Which message, and who changes it. */
export interface ChangeRequest {
  readonly conversationId: string;
  readonly messageId: string;
  readonly userId: string;
}

/** Changes of messages that exist; their place stays. */
export interface Changes {
  /** @throws AppError `not-found`, `forbidden`, `already-deleted` */
  edit(request: ChangeRequest, content: string): Promise<MessageView>;
  /** The content is gone for good. @throws AppError `not-found`, `forbidden`, `already-deleted` */
  remove(request: ChangeRequest): Promise<MessageView>;
}

/** Creates the changes of one node. */
export function createChanges(ports: MessagePorts): Changes {
  const { access, clock, events, history, sockets } = ports;
  const { connection } = ports.database;
  const messages = ports.models.messages.collection as unknown as mongo.Collection<StoredMessage>;
  const changes = ports.models.changes.collection as unknown as mongo.Collection<StoredChange>;

  async function find({ conversationId, messageId }: ChangeRequest): Promise<StoredMessage> {
    const [row] = await history.byIds(conversationId, [toObjectId(messageId)]);
    if (row === undefined) throw notFound();
    return row;
  }

  /**
   * One transaction stores the change under the next rev and the message with it; the unique index
   * of `{conversation, rev}` is the referee between nodes. A loser starts over with a fresh head.
   */
  async function change(
    request: ChangeRequest,
    type: 'edited' | 'deleted',
    fields: Partial<StoredMessage>,
  ): Promise<MessageView> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await changeOnce(request, type, fields);
      } catch (error) {
        if (duplicateKeyOf(error) === undefined && !isTransient(error)) throw error;
        if (attempt === attempts)
          throw new AppError('unavailable', { retryAfterMs: 1_000, cause: error });
        await sleep(Math.random() * limits.lane.conflictWaitMaxMs);
      }
    }
  }

  async function changeOnce(
    { conversationId, messageId, userId }: ChangeRequest,
    type: 'edited' | 'deleted',
    fields: Partial<StoredMessage>,
  ): Promise<MessageView> {
    const rev = ((await history.lastRevs([conversationId])).get(conversationId) ?? 0) + 1;
    const message = await connection.withSession((session) =>
      session.withTransaction(
        async () => {
          const updated = await messages.findOneAndUpdate(
            { _id: toObjectId(messageId), rev: { $lt: rev }, deletedAt: null },
            { $set: { ...fields, rev } },
            { session, returnDocument: 'after' },
          );
          if (updated === null) throw new AppError('already-deleted');
          await changes.insertOne(
            {
              _id: newId(),
              conversation: updated.conversation,
              rev,
              message: updated._id,
              type,
              by: toObjectId(userId),
              timestamp: clock.now(),
            },
            { session },
          );
          return toMessageView(updated);
        },
        { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } },
      ),
    );
    tell(message, type);
    return message;
  }

  function tell(message: MessageView, type: 'edited' | 'deleted'): void {
    const name = type === 'edited' ? 'message:updated' : 'message:deleted';
    sockets.notify({ room: rooms.conversation(message.conversationId), name, payload: message });
    events.tell('message:changed', { message });
  }

  return {
    async edit(request, content) {
      await access.room(request.userId, request.conversationId, 'read');
      const row = await find(request);
      if (row.deletedAt !== null) throw new AppError('already-deleted');
      if (row.sender.toHexString() !== request.userId) throw new AppError('forbidden');
      return change(request, 'edited', { content, editedAt: clock.now() });
    },
    async remove(request) {
      await access.room(request.userId, request.conversationId, 'read');
      const row = await find(request);
      if (row.sender.toHexString() !== request.userId) await assertModerator(request);
      if (row.deletedAt !== null) throw new AppError('already-deleted');
      return change(request, 'deleted', { content: null, deletedAt: clock.now() });
    },
  };

  /** A direct conversation has no ranks: there, another's message is simply not one's own. */
  async function assertModerator({ userId, conversationId }: ChangeRequest): Promise<void> {
    await access.room(userId, conversationId, 'moderate').catch((error: unknown) => {
      const isDirect = error instanceof AppError && error.code === 'conflict';
      throw isDirect ? new AppError('forbidden') : error;
    });
  }
}

const isTransient = (error: unknown): boolean =>
  (error as { hasErrorLabel?: (label: string) => boolean }).hasErrorLabel?.(
    'TransientTransactionError',
  ) ?? false;
