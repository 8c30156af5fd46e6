import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import cors from 'cors';
import express, { type Express, type IRouter, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { createIsProxy, networkOf, type IsProxy } from '../lib/address.ts';
import type { Caller } from '../security/access-tokens.ts';
import type { Events } from '../lib/events.ts';
import { maxFactor, type Limiters } from '../rate-limits/limiters.ts';
import { OpenCounts } from '../rate-limits/open-counts.ts';
import type { Origins } from './origins.ts';
import type { LoadShedding } from '../rate-limits/load-shedding.ts';
import { BodyTimes, readJson, UnfinishedBodies } from './body.ts';
import { answerError, unknownRoute } from './problems.ts';
import {
  limitAddress,
  noStore,
  noticeProxy,
  refuseTokensInUrls,
  refuseUntilStarted,
  requestContext,
} from './middleware.ts';
import { Router } from './router.ts';

/** What is needed where requests and sockets arrive. */
export interface HttpPorts {
  readonly env: Environment;
  readonly log: Logger;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly loadShedding: LoadShedding;
  readonly origins: Origins;
  /** Whether everything that they need is there and checked. */
  readonly isStarted: () => boolean;
  /** @throws AppError `unauthenticated` */
  readonly authenticate: (token: string) => Promise<Caller>;
}

/** The HTTP side of a backend. */
export class Http {
  readonly server: Server;
  readonly express: Express;
  /** Before bodies are read. */
  readonly streams: IRouter = express.Router();
  readonly api: Router;
  readonly #env: Environment;
  readonly #times = new BodyTimes();

  constructor(ports: HttpPorts) {
    this.#env = ports.env;
    this.api = new Router(ports);
    const isProxy = createIsProxy(ports.env.TRUST_PROXY);
    this.express = createExpress(ports, isProxy, this.#times.through(this.streams));
    this.server = createLimitedServer(this.express, ports.env, isProxy);
  }

  /** Listens; no route can be added after it. */
  async listen(): Promise<void> {
    this.api.mount(this.express);
    this.express.use(unknownRoute);
    this.express.use(answerError);
    this.server.prependListener('request', this.#times.limit); // before those of sockets, which are not express
    this.server.listen(this.#env.PORT, this.#env.HOST);
    await once(this.server, 'listening');
  }

  /** Ends idle connections at once and waits a while for running requests. */
  close(): Promise<void> {
    return closeServer(this.server);
  }
}

/** What every request passes before its route, in this order. */
function createExpress(
  ports: HttpPorts,
  isProxy: IsProxy,
  streams: readonly RequestHandler[],
): Express {
  const { env, limiters, log } = ports;
  const app = express();
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', isProxy);

  app.use(requestContext(ports));
  app.use(securityHeaders());
  app.use(crossOrigin(ports.origins));
  app.use(noStore);
  app.use(noticeProxy(log, env.TRUST_PROXY));
  app.use(limitAddress(limiters, isProxy));
  app.use(refuseUntilStarted(ports.isStarted));
  app.use(refuseTokensInUrls);
  app.use(...streams);
  app.use(readJson(new UnfinishedBodies(maxFactor(env.RATE_LIMIT_FACTOR))));
  return app;
}

function createLimitedServer(app: Express, env: Environment, isProxy: IsProxy): Server {
  const { http } = limits;
  const factor = maxFactor(env.RATE_LIMIT_FACTOR);
  const server = createServer(
    {
      headersTimeout: http.headersTimeoutMs,
      requestTimeout: http.streamTimeoutMs,
      connectionsCheckingInterval: http.connectionsCheckMs,
    },
    app,
  );
  server.keepAliveTimeout = http.keepAliveMs;
  server.maxRequestsPerSocket = http.requestsPerSocket;
  server.maxConnections = http.connections * factor;
  server.setTimeout(http.idleMs);
  server.on('connection', limitConnections(http.connectionsPerAddress * factor, isProxy));
  return server;
}

/** An API answer loads nothing and is framed nowhere; a page sets a policy of its own. */
const securityHeaders = () =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
  });

/** Pages of allowed origins may ask; credentials are never part of it, there are no cookies. */
const crossOrigin = (origins: Origins) =>
  cors<Request>(({ headers }, decide) =>
    decide(null, { ...crossOriginOptions, origin: origins.granted(headers) }),
  );

const crossOriginOptions = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type'],
  exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
  maxAge: 600, // seconds
  preflightContinue: true, // so that a preflight is limited and answered like any other request
};

/** Closes what an address opens beyond its number of connections; those of a proxy are everybody's. */
function limitConnections(max: number, isProxy: IsProxy): (connection: Socket) => void {
  const open = new OpenCounts(max);
  return (connection) => {
    const address = connection.remoteAddress ?? '';
    if (isProxy(address, 0)) return;
    const network = networkOf(address);
    if (open.enter(network)) connection.once('close', () => open.leave(network));
    else connection.destroy();
  };
}

/**
 * Closes a server: idle connections end at once, those of running requests with their answers, and
 * what is left after a while is cut off, since a slow sender could hold the process otherwise.
 */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('Connection', 'close');
  });
  server.close();
  const cleaner = setInterval(() => server.closeIdleConnections(), limits.http.connectionsCheckMs);
  const end = setTimeout(() => server.closeAllConnections(), limits.shutdown.requestsMs);
  await closed;
  clearInterval(cleaner);
  clearTimeout(end);
}
