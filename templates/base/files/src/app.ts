import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { Authenticator, createAuth } from './backend/auth/index.ts';
import { ConversationAccess, createConversations } from './backend/conversations/index.ts';
import type { RunningFeature } from './backend/feature.ts';
import { features } from './backend/features.ts';
import { createMessages, History, MessageParts, ReadMarkers } from './backend/messages/index.ts';
import { createUsers } from './backend/users/index.ts';
import { Http } from './platform/http/server.ts';
import { Jobs } from './platform/jobs/jobs.ts';
import { Origins } from './platform/http/origins.ts';
import { Sockets } from './platform/sockets/server.ts';
import type { SocketServer } from './platform/sockets/types.ts';
import type { Environment } from './configs/env.ts';
import { limits } from './configs/limits.ts';
import { type Core, createCore, createReadiness, type Overrides } from './core.ts';

/**
 * A backend that can be started and stopped once; several can live in one process. Every dependency
 * between its parts is visible in its constructor.
 */
export class App {
  readonly #core: Core;
  readonly #http: Http;
  readonly #sockets: Sockets;
  readonly #jobs: Jobs;
  readonly #messages: { assertFieldsFilled(): void; idle(): Promise<void> };
  readonly #features: readonly RunningFeature[];
  #isStarted = false;
  #stopping: Promise<void> | undefined;

  constructor(env: Environment, overrides: Overrides = {}) {
    const core = createCore(env, overrides);
    const authenticator = new Authenticator(core);
    const edge = {
      ...core,
      origins: new Origins(env, core.log),
      isStarted: () => this.#isStarted,
      authenticate: (token: string) => authenticator.authenticate(token),
    };
    const http = new Http(edge);
    const sockets = new Sockets({ ...edge, server: http.server });
    const { api, express, streams } = http;
    const { cluster } = sockets;
    const jobs = new Jobs(core);
    const access = new ConversationAccess({ ...core, cluster });
    const parts = new MessageParts(); // what features add to messages
    const history = new History({ ...core, parts });
    const readMarkers = new ReadMarkers({ ...core, cluster });
    const ports = { ...core, api, sockets, jobs, access, history, parts, readMarkers };

    const auth = createAuth({ ...ports, authenticator });
    const users = createUsers(ports);
    const conversations = createConversations({ ...ports, users });
    const messages = createMessages({ ...ports, ...conversations });
    const readiness = createReadiness(core, sockets);
    const context = { ...ports, ...auth, ...conversations, messages, express, streams, readiness };
    this.#features = Object.values(features).map((feature) => feature(context));
    // What is read at a connect: the platform knows no feature.
    sockets.readFrom({
      membershipsOf: (userIds) => conversations.memberships.of(userIds),
      membershipsAtConnect: (userIds) => conversations.memberships.atConnect(userIds),
      headsOf: (conversationIds) => history.headsOf(conversationIds),
      activeDevices: (deviceIds) => auth.devices.active(deviceIds),
    });
    this.#core = core;
    this.#http = http;
    this.#sockets = sockets;
    this.#jobs = jobs;
    this.#messages = messages;
  }

  /** Listens as soon as `start` is called. */
  get http(): Server {
    return this.#http.server;
  }

  get io(): SocketServer {
    return this.#sockets.io;
  }

  get connection(): Connection {
    return this.#core.database.connection;
  }

  /** Listens, connects to the database, checks it, and takes traffic. @throws StartError */
  async start(): Promise<void> {
    this.#messages.assertFieldsFilled();
    await this.#http.listen(); // for probes; everything else is refused until the end of the start
    await this.#core.database.start();
    for (const feature of this.#features) await feature.start?.();
    this.#jobs.start();
    this.#isStarted = true;
  }

  /**
   * Drains and closes everything; a second call waits for the first. An urgent stop, after a bug,
   * finishes what is under way and waits for nobody else.
   */
  stop(isUrgent = false): Promise<void> {
    return (this.#stopping ??= this.#stopOnce(isUrgent));
  }

  async #stopOnce(isUrgent: boolean): Promise<void> {
    // A developer who starts it again does not want to wait.
    const isCalm = this.#core.env.NODE_ENV === 'production' && !isUrgent;
    const leaveMs = isCalm ? limits.shutdown.reconnectSpreadMs : 0;
    const seenByProxies = sleep(isCalm ? limits.shutdown.noticeMs : 0);
    await this.#sockets.drain(() => this.#messages.idle(), leaveMs);
    await seenByProxies;
    await this.#jobs.stop();
    for (const feature of this.#features.toReversed()) await feature.stop?.();
    await this.#sockets.close();
    await this.#http.close();
    await this.#core.database.stop();
    this.#core.loadShedding.stop();
  }
}
