import type { Connection } from 'mongoose';
import type { MessageView } from '../../../contract/messages.ts';
import type { UserView } from '../../../contract/users.ts';
import type { Models } from '../../../models/index.ts';
import type { Access } from '../../shared/access.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Events } from '../../shared/events.ts';
import type { Jobs } from '../../shared/jobs.ts';
import type { Limiters } from '../../shared/limiters.ts';
import type { Heads, SocketHub } from '../../sockets/hub.ts';

/** What conversations need of the rest. */
export interface ConversationPorts {
  readonly clock: Clock;
  readonly models: Models;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly access: Access;
  readonly sockets: SocketHub;
  readonly database: { readonly connection: Connection };
  readonly jobs: Pick<Jobs, 'add'>;
  readonly history: {
    headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
    latestOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, MessageView>>;
  };
  readonly readMarks: {
    /** How far a user has read by sending, as far as that is not stored yet. */
    pending(userId: string, conversationId: string): number;
  };
  readonly users: {
    views(userIds: readonly string[]): Promise<ReadonlyMap<string, UserView>>;
    active(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  };
}
