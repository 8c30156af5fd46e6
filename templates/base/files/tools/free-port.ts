import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port that nothing uses, and that no system gives to a connection that goes out: those come from
 * 32768 or above. So it stays free until it is used, and for a database that keeps its port for long.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (!(await isTaken(port))) return port;
  }
}

/** Whether something listens on a port of this machine. */
export async function isTaken(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  return new Promise((resolve) => {
    server.once('error', () => resolve(true));
    server.once('listening', () => server.close(() => resolve(false)));
  });
}
