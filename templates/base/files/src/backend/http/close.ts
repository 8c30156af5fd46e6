import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { limits } from '../../configs/limits.ts';

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
