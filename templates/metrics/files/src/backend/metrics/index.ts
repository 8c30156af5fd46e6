import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import { exitCodes, StartError } from '../../platform/errors/start-error.ts';
import type { Feature } from '../feature.ts';
import { createMetrics } from './metrics.ts';

/** Serves metrics on a port of their own, which is not for the public; off without METRICS_PORT. */
export const metrics: Feature = ({ env, log, events, readiness }) => {
  const { HOST: host, METRICS_PORT: port } = env;
  if (port === undefined) return {};
  const server = createServer(answerScrapes(createMetrics({ events, readiness }), log));

  return {
    async start() {
      await once(server.listen(port, host), 'listening').catch((error: unknown) => {
        const reason = `METRICS_PORT ${port} cannot be used: choose a free one above 1023, another than PORT`;
        throw new StartError(exitCodes.configuration, reason, error);
      });
      log.info({ address: server.address() }, 'metrics are served');
    },
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections(); // nothing is lost with half a scrape
      await once(server, 'close');
    },
  };
};

function answerScrapes(registry: Registry, log: Logger): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, 'the metrics cannot be collected');
        response.writeHead(500).end();
      },
    );
  };
}
