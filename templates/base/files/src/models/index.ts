import type { Connection } from 'mongoose';
import { blockSchema } from './block.ts';
import { changeSchema } from './change.ts';
import { conversationSchema } from './conversation.ts';
import { deviceSchema } from './device.ts';
import { membershipSchema } from './membership.ts';
import { messageSchema } from './message.ts';
import { userSchema } from './user.ts';

/** The collections on one connection, so that several apps can live in one process. */
export function createModels(connection: Connection) {
  return {
    users: connection.model('User', userSchema),
    devices: connection.model('Device', deviceSchema),
    conversations: connection.model('Conversation', conversationSchema),
    memberships: connection.model('Membership', membershipSchema),
    messages: connection.model('Message', messageSchema),
    changes: connection.model('Change', changeSchema),
    blocks: connection.model('Block', blockSchema),
  };
}

export type Models = ReturnType<typeof createModels>;
export type { BlockRow } from './block.ts';
export type { ChangeRow } from './change.ts';
export type { ConversationRow } from './conversation.ts';
export type { DeviceRow } from './device.ts';
export type { MembershipRow } from './membership.ts';
export type { MessageRow } from './message.ts';
export type { UserRow } from './user.ts';
