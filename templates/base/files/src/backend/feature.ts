import type { Logger } from 'pino';
import type { Environment } from '../configs/env.ts';
import type { MessageView } from '../contract/messages.ts';
import type { Models, OpenModels } from '../models/index.ts';
import type { Api } from './http/api.ts';
import type { Access } from './shared/access.ts';
import type { Clock } from './shared/clock.ts';
import type { Events } from './shared/events.ts';
import type { Jobs } from './shared/jobs.ts';
import type { Limiters } from './shared/limiters.ts';
import type { Timers } from './shared/timers.ts';
import type { ConnectReads, SocketHub } from './sockets/hub.ts';
import type { Express } from 'express';

/** Whether this node should get traffic. */
export interface Readiness {
  /** From the first signal to stop. */
  readonly draining: boolean;
  /** It has too much to do and refuses new sends; what else it gets it still serves. */
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
   * A feature with rows of its own adds their removal to `erase-account`, which gets the id of a user,
   * and to `erase-conversation`, which gets that of an archived conversation. Each is done twice, the
   * second time when what was under way at the first has ended.
   */
  readonly jobs: Pick<Jobs, 'handle'>;
  /** Commands name their bucket when they are mounted; a route takes from it by itself. */
  readonly limiters: Pick<Limiters, 'take'>;
  readonly access: Access;
  readonly api: Api;
  /** For pages and files; routes of the contract belong to `api`. */
  readonly express: Express;
  readonly sockets: SocketHub;
  /** What conversations hold; `access` says who may see it. */
  readonly history: Pick<ConnectReads, 'headsOf'> & {
    /** Messages of one conversation as members see them now, by id, also deleted ones. */
    viewsOf(
      conversationId: string,
      messageIds: readonly string[],
    ): Promise<ReadonlyMap<string, MessageView>>;
  };
  readonly readMarks: {
    /** How far a user has read by sending, as far as that is not stored yet. */
    pending(userId: string, conversationId: string): number;
  };
  readonly readiness: Readiness;
}

/** A running feature; both are called once, in the order of the list and in its reverse. */
export interface RunningFeature {
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** An optional feature: mounts its routes and commands when it is created. */
export type Feature = (context: FeatureContext) => RunningFeature;
