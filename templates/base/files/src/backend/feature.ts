import type { mongo, Types } from 'mongoose';
import type { Logger } from 'pino';
import type { Environment } from '../configs/env.ts';
import type { MessageView } from '../contract/messages.ts';
import type { MemberRole } from '../contract/conversations.ts';
import type { Models, OpenModels } from '../models/index.ts';
import type { StoredMessage } from '../models/message.ts';
import type { Api } from '../platform/http/api.ts';
import type { Access } from './shared/access.ts';
import type { Clock, Timers } from '../platform/lib/time.ts';
import type { Events } from '../platform/lib/events.ts';
import type { Jobs } from '../platform/jobs/jobs.ts';
import type { Limiters } from '../platform/rate-limits/limiters.ts';
import type { Caller } from '../platform/security/access-tokens.ts';
import type {
  MessageCount,
  MessagePort,
  MessagesWhere,
  UnreadPlace,
} from './shared/message-parts.ts';
import type { Names } from './shared/names.ts';
import type { ReadSeqs } from './shared/read-seq.ts';
import type { ConnectReads, SocketApi } from '../platform/sockets/socket-api.ts';
import type { Express, IRouter } from 'express';

/** Whether this node should get traffic. */
export interface Readiness {
  /** From the first signal to stop. */
  readonly draining: boolean;
  /** It has too much to do and refuses new sends; it still serves everything else. */
  readonly overloaded: boolean;
  /** Whether the database answers a ping within a second. */
  databaseAnswers(): Promise<boolean>;
}

/** What an optional feature may use; it imports no other feature. */
export interface FeatureContext {
  readonly env: Environment;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Members may be looked up, their conversations and messages only through `access` and `history`. */
  readonly models: OpenModels & Pick<Models, 'memberships'>;
  readonly events: Events;
  /**
   * The data policy of a model removes its rows. What that cannot say is added to `erase-account`, which
   * gets the id of a user, and to `erase-conversation`, which gets that of an archived conversation.
   * Each is done twice, the second time when what was under way at the first has ended.
   */
  readonly jobs: Pick<Jobs, 'handle'>;
  readonly access: Access;
  readonly api: Api;
  /** For pages and files; routes of the contract belong to `api`. */
  readonly express: Express;
  /** For bodies that are no JSON: nothing has read them, and whoever mounts here bounds them. */
  readonly streams: IRouter;
  readonly sockets: SocketApi;
  /** What conversations hold; `access` says who may see it. */
  readonly history: Pick<ConnectReads, 'headsOf'> & {
    /** Messages of one conversation as members see them now, by id, also deleted ones. */
    viewsOf(
      conversationId: string,
      messageIds: readonly string[],
    ): Promise<ReadonlyMap<string, MessageView>>;
    /** The same as they are stored. */
    byIds(conversationId: string, ids: readonly Types.UUID[]): Promise<readonly StoredMessage[]>;
    /** The same, in whatever conversation. */
    anywhere(ids: readonly string[]): Promise<readonly StoredMessage[]>;
    /** The rows, only read, for what is made of all of them. */
    readonly stored: Readonly<
      Record<'messages' | 'changes', Pick<mongo.Collection, 'aggregate' | 'find'>>
    >;
    /** Messages of one conversation by another index. */
    find(conversationId: string, where: MessagesWhere): Promise<readonly StoredMessage[]>;
    /** The same, and of each only some fields. */
    pick<Field extends keyof StoredMessage>(
      conversationId: string,
      where: MessagesWhere,
      fields: readonly Field[],
    ): Promise<readonly Pick<StoredMessage, Field>[]>;
    /** The same, counted by what they have in a field, of each of `places` at most its limit. */
    countBy(
      conversationId: string,
      field: string,
      places: readonly MessagesWhere[],
    ): Promise<readonly MessageCount[]>;
    /** How many messages of each place name one of the values in a field, by an index of it. */
    countNaming(
      field: string,
      values: readonly Types.ObjectId[],
      places: readonly UnreadPlace[],
    ): Promise<ReadonlyMap<string, number>>;
  };
  readonly readMarkers: ReadSeqs;
  /** Where a feature joins messages: fields of its own, and changes. */
  readonly messages: MessagePort;
  readonly readiness: Readiness;
}

/**
 * What a feature may use besides that acts for users, as at the end of an account: all that is stored,
 * and changes for which nobody is asked for a right.
 */
export interface TrustedContext extends FeatureContext {
  readonly models: Models;
  readonly jobs: Jobs;
  readonly limiters: Limiters;
  readonly names: Names;
  readonly auth: {
    /**
     * The revision of the credentials that were checked. @throws AppError `unauthenticated` unless it
     * is the password
     */
    assertPassword(caller: Caller, password: string, log: Logger): Promise<number>;
  };
  readonly devices: { revokeAll(userId: string): Promise<void> };
  readonly conversations: { archive(by: null, conversationId: string): Promise<void> };
  readonly members: {
    changeRole(
      by: null,
      conversationId: string,
      userId: string,
      role: MemberRole,
    ): Promise<unknown>;
    remove(by: null, conversationId: string, userId: string): Promise<void>;
  };
  readonly messages: MessagePort & {
    toView(row: StoredMessage): MessageView;
    /** Deletes messages as their sender could; returns how many there were. */
    removeAll(
      conversationId: string,
      by: string,
      messageIds: readonly Types.UUID[],
    ): Promise<number>;
  };
}

/** A running feature; both are called once, in the order of the list and in its reverse. */
export interface RunningFeature {
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** An optional feature: mounts its routes and commands when it is created. */
export type Feature = (context: FeatureContext) => RunningFeature;

/** The same, and trusted with everything; the linter says which ones are. */
export type TrustedFeature = (context: TrustedContext) => RunningFeature;
