import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { createAccount } from './backend/features/account/index.ts';
import { createAuth, createGate } from './backend/features/auth/index.ts';
import { createAccess, createConversations } from './backend/features/conversations/index.ts';
import { features } from './backend/features/index.ts';
import {
  createHistory,
  createMessages,
  createReadMarks,
} from './backend/features/messages/index.ts';
import { createUsers } from './backend/features/users/index.ts';
import { createHttp } from './backend/http/index.ts';
import { systemClock, type Clock } from './backend/shared/clock.ts';
import { createEvents } from './backend/shared/events.ts';
import { createJobs } from './backend/shared/jobs.ts';
import { createLimiters } from './backend/shared/limiters.ts';
import { createOverload } from './backend/shared/overload.ts';
import { systemTimers, type Timers } from './backend/shared/timers.ts';
import { createSockets, type SocketServer } from './backend/sockets/index.ts';
import { createDatabase } from './configs/database.ts';
import type { Environment } from './configs/env.ts';
import { limits } from './configs/limits.ts';
import { createLogger } from './configs/logger.ts';
import { createModels } from './models/index.ts';

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly log?: Logger;
}

/** A backend that can be started and stopped once; several can live in one process. */
export interface App {
  /** Listens from the begin of `start` on. */
  readonly http: Server;
  readonly io: SocketServer;
  readonly connection: Connection;
  /** Listens, connects to the database, checks it, and takes traffic. @throws StartError */
  start(): Promise<void>;
  /**
   * Drains and closes everything; a second call waits for the first. An urgent stop, after a bug,
   * finishes what is under way and waits for nobody else.
   */
  stop(isUrgent?: boolean): Promise<void>;
}

/** Composes the backend: every dependency between its parts is visible here. */
export function createApp(env: Environment, overrides: Overrides = {}): App {
  const clock = overrides.clock ?? systemClock;
  const timers = overrides.timers ?? systemTimers;
  const log = overrides.log ?? createLogger(env);
  const events = createEvents();
  const database = createDatabase(env, log);
  const models = createModels(database.connection);
  const limiters = createLimiters({ env, connection: database.connection });
  const overload = createOverload({ env, log });
  const core = { env, log, clock, timers, models, events, limiters, overload };

  let isStarted = false;
  const edge = { ...core, isStarted: () => isStarted };

  const gate = createGate(core);
  const http = createHttp({ ...edge, authenticate: gate.authenticate });
  const sockets = createSockets({ ...edge, server: http.server, authenticate: gate.authenticate });
  const access = createAccess({ ...core, cluster: sockets.hub.cluster });
  const history = createHistory(core);
  const readMarks = createReadMarks(core);
  const jobs = createJobs(core);
  const ports = {
    ...core,
    api: http.api,
    sockets: sockets.hub,
    access,
    history,
    readMarks,
    jobs,
    database,
  };

  const auth = createAuth({ ...ports, gate });
  const users = createUsers(ports);
  const conversations = createConversations({ ...ports, users });
  const messages = createMessages({ ...ports, memberships: conversations.memberships });
  createAccount({ ...ports, ...auth, conversations, messages });
  const readiness = {
    get draining() {
      return sockets.draining;
    },
    get overloaded() {
      return overload.isOverloaded;
    },
    databaseAnswers: database.answers,
  };
  const running = Object.values(features).map((feature) =>
    feature({ ...ports, express: http.express, readiness }),
  );
  sockets.read({
    membershipsOf: conversations.memberships.of,
    headsOf: history.headsOf,
    activeDevices: auth.devices.active,
  });

  async function start(): Promise<void> {
    await http.listen(); // for probes; everything else is refused until the end of the start
    await database.start();
    for (const feature of running) await feature.start?.();
    jobs.start();
    isStarted = true;
  }

  async function stopOnce(isUrgent: boolean): Promise<void> {
    // A developer who starts it again does not want to wait.
    const isCalm = env.NODE_ENV === 'production' && !isUrgent;
    const seenByProxies = sleep(isCalm ? limits.shutdown.noticeMs : 0);
    await sockets.drain(() => messages.idle(), isCalm ? limits.shutdown.reconnectSpreadMs : 0);
    await seenByProxies;
    await jobs.stop();
    for (const feature of running.toReversed()) await feature.stop?.();
    await sockets.close();
    await http.close();
    await database.stop();
    overload.stop();
  }

  let stopping: Promise<void> | undefined;
  return {
    http: http.server,
    io: sockets.io,
    connection: database.connection,
    start,
    stop: (isUrgent = false) => (stopping ??= stopOnce(isUrgent)),
  };
}
