import type { MessageView } from '../../../contract/messages.ts';
import { AppError, notFound } from '../../shared/app-error.ts';
import { toObjectId } from '../../shared/ids.ts';
import type { MessagePorts } from './ports.ts';
import type { Rewrite } from './rewriting.ts';
import type { StoredMessage } from './views.ts';

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

/** Creates the changes of one node: who may, then the rewrite. */
export function createChanges(
  ports: Pick<MessagePorts, 'access' | 'clock' | 'history'>,
  rewrite: (rewrite: Rewrite) => Promise<MessageView[]>,
): Changes {
  const { access, clock, history } = ports;

  async function find({ userId, conversationId, messageId }: ChangeRequest) {
    try {
      await access.room(userId, conversationId, 'read');
    } catch (error) {
      // Outside of a public conversation its messages do not exist.
      throw isRefusal(error, 'forbidden') ? notFound() : error;
    }
    const [row] = await history.byIds(conversationId, [toObjectId(messageId)]);
    if (row === undefined) throw notFound();
    return row;
  }

  async function assertModerator({ userId, conversationId }: ChangeRequest): Promise<void> {
    try {
      await access.room(userId, conversationId, 'moderate');
    } catch (error) {
      // A direct conversation has no ranks: there, another's message is simply not one's own.
      throw isRefusal(error, 'conflict') ? new AppError('forbidden') : error;
    }
  }

  async function change(
    { conversationId, userId }: ChangeRequest,
    row: StoredMessage,
    type: Rewrite['type'],
    fields: Rewrite['fields'],
  ): Promise<MessageView> {
    if (row.deletedAt !== null) throw new AppError('already-deleted');
    const messageIds = [row._id];
    const [message] = await rewrite({ conversationId, messageIds, type, by: userId, fields });
    if (message === undefined) throw new AppError('already-deleted'); // by somebody faster
    return message;
  }

  return {
    async edit(request, content) {
      const row = await find(request);
      if (row.sender.toHexString() !== request.userId) throw new AppError('forbidden');
      return change(request, row, 'edited', { content, editedAt: clock.now() });
    },
    async remove(request) {
      const row = await find(request);
      if (row.sender.toHexString() !== request.userId) await assertModerator(request);
      return change(request, row, 'deleted', { content: null, deletedAt: clock.now() });
    },
  };
}

const isRefusal = (error: unknown, code: AppError['code']): boolean =>
  error instanceof AppError && error.code === code;
