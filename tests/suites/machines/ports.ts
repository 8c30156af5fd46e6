import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port that nothing uses, and that no system gives to a connection that goes out (those come from
 * 32768 or above): it stays free until it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const server = createServer().listen(port, '127.0.0.1');
    if (await once(server, 'listening').catch(() => undefined)) {
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
  }
}
