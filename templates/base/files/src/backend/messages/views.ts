import type { MessageView } from '../../contract/messages.ts';
import type { NewStoredMessage, StoredMessage } from '../../models/message.ts';
import { toObjectId, toUuid } from '../../platform/database/ids.ts';
import type { Draft } from '../../platform/log/types.ts';
import { rooms, type Notice } from '../../platform/sockets/socket-api.ts';

/** What somebody sends as members will see it, once it is stored under this number. */
export const toNewMessage = (draft: Draft, seq: number, timestamp: Date): MessageView => ({
  id: draft.id,
  conversationId: draft.conversationId,
  seq,
  rev: 0,
  sender: draft.sender,
  content: draft.content,
  timestamp: timestamp.toISOString(),
  editedAt: null,
  deletedAt: null,
});

/** A message as members see it. */
export function toMessageView(row: StoredMessage): MessageView {
  return {
    id: row._id.toHexString(),
    conversationId: row.conversation.toHexString(),
    seq: row.seq,
    rev: row.rev ?? 0,
    sender: row.sender.toHexString(),
    content: row.content ?? null,
    timestamp: row.timestamp.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}

/** A new message as it is to be stored. */
export const toStoredMessage = (message: MessageView): NewStoredMessage => ({
  _id: toUuid(message.id),
  conversation: toObjectId(message.conversationId),
  seq: message.seq,
  sender: toObjectId(message.sender),
  content: message.content,
  timestamp: new Date(message.timestamp),
});

/** A message as a notice to whoever is in its conversation. */
export const toNotice = (
  name: 'message:created' | 'message:updated' | 'message:deleted',
  message: MessageView,
): Notice => ({ room: rooms.conversation(message.conversationId), name, payload: message });
