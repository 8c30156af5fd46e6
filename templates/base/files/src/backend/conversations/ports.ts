import type { ClientSession } from 'mongoose';
import type { ConversationView } from '../../contract/conversations.ts';
import type { MessageView } from '../../contract/messages.ts';
import type { UserView } from '../../contract/users.ts';
import type { Models } from '../../models/index.ts';
import type { Access } from '../shared/access.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { Events } from '../../platform/lib/events.ts';
import type { Jobs } from '../../platform/jobs/jobs.ts';
import type { Limiters } from '../../platform/rate-limits/limiters.ts';
import type { OwnRow } from '../shared/message-parts.ts';
import type { ReadSeqs } from '../shared/read-seq.ts';
import type { Heads, SocketApi } from '../../platform/sockets/socket-api.ts';

/** What conversations need from the rest. */
export interface ConversationPorts {
  readonly clock: Clock;
  readonly models: Models;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly access: Access;
  readonly sockets: SocketApi;
  readonly jobs: Pick<Jobs, 'add' | 'handle'>;
  readonly history: {
    headsOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, Heads>>;
    latestOf(conversationIds: readonly string[]): Promise<ReadonlyMap<string, MessageView>>;
    /** How many messages after `after`, up to and including `upTo`, were deleted; 0 is left out. */
    deletedIn(
      places: readonly { conversationId: string; after: number; upTo: number }[],
    ): Promise<ReadonlyMap<string, number>>;
  };
  /** What sends have moved: the only way from a row to a view, because rows are written behind. */
  readonly readMarkers: ReadSeqs & {
    /** Those of the conversations whose row may not know their last message yet, with its moment. */
    latest(among?: readonly string[]): ReadonlyMap<string, Date>;
    /** How many there are of them at most; asked before they are looked through. */
    readonly movedCount: number;
    /** The last message of a conversation was read; `rowSeq` is what its row says. */
    found(message: MessageView, rowSeq: number): void;
  };
  readonly parts: {
    /** What features show of the user's own conversations, by their ids. */
    toLists(
      userId: string,
      rows: readonly OwnRow[],
    ): Promise<ReadonlyMap<string, Partial<ConversationView>>>;
  };
  readonly users: {
    views(userIds: readonly string[]): Promise<ReadonlyMap<string, UserView>>;
    active(userIds: readonly string[]): Promise<ReadonlySet<string>>;
    enlist(session: ClientSession, userIds: readonly string[]): Promise<void>;
  };
}
