import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What stands before several nodes: connections go to those that take them, in turn. */
export interface Proxy {
  readonly url: string;
  /** Where new connections go from now on. */
  route(urls: readonly string[]): void;
}

/** Starts one; it ends with the test. */
export async function startProxy(urls: readonly string[] = []): Promise<Proxy> {
  let targets = urls.map((url) => Number(new URL(url).port));
  let turn = 0;
  const open = new Set<Socket>();

  /** The next target that takes a connection. */
  async function reach(): Promise<Socket | undefined> {
    for (let tries = 0; tries < targets.length; tries += 1) {
      const port = targets[turn++ % targets.length] as number;
      const target = connect(port, '127.0.0.1');
      try {
        await once(target, 'connect');
        return target;
      } catch {
        target.destroy();
      }
    }
    return undefined;
  }

  const server = createServer(async (client) => {
    open.add(client);
    client.on('error', () => {});
    client.once('close', () => open.delete(client));
    const target = await reach();
    if (target === undefined || client.destroyed) {
      target?.destroy();
      return client.destroy();
    }
    target.on('error', () => {});
    client.pipe(target).pipe(client);
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy());
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    open.forEach((client) => client.destroy());
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    route: (next) => void (targets = next.map((url) => Number(new URL(url).port))),
  };
}
