import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import cors from 'cors';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { createIsProxy } from '../shared/address.ts';
import type { Caller } from '../shared/caller.ts';
import type { Events } from '../shared/events.ts';
import { capFactor, type Limiters } from '../shared/limiters.ts';
import type { Overload } from '../shared/overload.ts';
import type { Api } from './api.ts';
import { readJson } from './body.ts';
import { closeServer } from './close.ts';
import { answerError, methodNotAllowed, unknownRoute } from './errors.ts';
import {
  limitAddress,
  noStore,
  noticeProxy,
  refuseTokensInUrls,
  refuseUntilStarted,
  requestContext,
} from './middleware.ts';
import { createRouter } from './router.ts';

/** The HTTP side of a backend. */
export interface Http {
  readonly server: Server;
  readonly express: Express;
  readonly api: Api;
  /** Listens; no route can be added after it. */
  listen(): Promise<void>;
  /** Ends idle connections at once and waits a while for running requests. */
  close(): Promise<void>;
}

/** What HTTP needs of the rest. */
export interface HttpPorts {
  readonly env: Environment;
  readonly log: Logger;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly overload: Overload;
  /** Whether everything that a request needs is there and checked. */
  readonly isStarted: () => boolean;
  /** @throws AppError `unauthenticated` */
  readonly authenticate: (token: string) => Promise<Caller>;
}

/** Creates the HTTP server of one app; the order of everything that a request passes is here. */
export function createHttp(ports: HttpPorts): Http {
  const { env, log, limiters } = ports;
  const isProxy = createIsProxy(env.TRUST_PROXY);
  const app = express();
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', isProxy);

  app.use(requestContext(ports));
  app.use(securityHeaders());
  app.use(crossOrigin(env.ALLOWED_ORIGINS));
  app.use(noStore);
  app.use(noticeProxy(log, env.TRUST_PROXY));
  app.use(limitAddress(limiters, isProxy));
  app.use(refuseUntilStarted(ports.isStarted));
  app.use(refuseTokensInUrls);
  app.use(readJson);
  const router = createRouter(app, ports);

  const server = createServer(
    {
      headersTimeout: limits.http.headersTimeoutMs,
      requestTimeout: limits.http.requestTimeoutMs,
      connectionsCheckingInterval: limits.http.connectionsCheckMs,
    },
    app,
  );
  server.maxRequestsPerSocket = limits.http.requestsPerSocket;
  server.maxConnections = limits.http.connections * capFactor(env.RATE_LIMIT_FACTOR);

  return {
    server,
    express: app,
    api: router.api,
    async listen() {
      for (const [path, methods] of router.paths()) app.all(path, methodNotAllowed(methods));
      app.use(unknownRoute);
      app.use(answerError);
      server.listen(env.PORT, env.HOST);
      await once(server, 'listening');
    },
    close: () => closeServer(server),
  };
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

/** Pages of the listed origins may ask; credentials are never part of it, there are no cookies. */
const crossOrigin = (origins: readonly string[]) =>
  cors({
    origin: origins.length > 0 ? [...origins] : false,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type'],
    exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: 600, // seconds
    preflightContinue: true, // so that a preflight is limited and answered like any other request
  });
