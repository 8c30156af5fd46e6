import type { Types } from 'mongoose';
import type { MessageView } from '../../../contract/messages.ts';

/** A message as it is stored. */
export interface StoredMessage {
  readonly _id: Types.ObjectId;
  readonly conversation: Types.ObjectId;
  readonly seq: number;
  readonly sender: Types.ObjectId;
  readonly clientMessageId: string;
  readonly content: string | null;
  readonly timestamp: Date;
  readonly rev: number;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

/** A change of a message as it is stored. */
export interface StoredChange {
  readonly _id: Types.ObjectId;
  readonly conversation: Types.ObjectId;
  readonly rev: number;
  readonly message: Types.ObjectId;
  readonly type: string;
  readonly by: Types.ObjectId;
  readonly timestamp: Date;
}

/** A message as members see it. */
export function toMessageView(row: StoredMessage): MessageView {
  return {
    id: row._id.toHexString(),
    conversationId: row.conversation.toHexString(),
    seq: row.seq,
    rev: row.rev,
    sender: row.sender.toHexString(),
    content: row.content,
    timestamp: row.timestamp.toISOString(),
    clientMessageId: row.clientMessageId,
    editedAt: row.editedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
