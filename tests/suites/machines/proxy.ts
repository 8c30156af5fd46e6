import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What happens to the bytes of a connection. */
export type Weather =
  /** They pass. */
  | 'clear'
  /** None passes, and nobody is told: a cable that was pulled. */
  | 'black hole'
  /** They pass from the client to the target only: answers are lost. */
  | 'half open'
  /** They come later. */
  | { readonly delayMs: number };

/** Chooses connections by what their client said first. */
export type Chosen = (first: Buffer) => boolean;

/** What stands before several targets: connections go to those that take them, in turn. */
export interface Proxy {
  readonly url: string;
  readonly port: number;
  /** How many connections are open. */
  readonly open: number;
  /** Where new connections go from now on. */
  route(urls: readonly string[]): void;
  /** From now on for the chosen connections, also new ones; clear for the others. */
  weather(weather: Weather, chosen?: Chosen): void;
  /** Ends all connections at once, by a reset. */
  reset(): void;
}

interface Link {
  readonly client: Socket;
  target?: Socket;
  first?: Buffer;
}

/** Starts one; it ends with the test. */
export async function startProxy(urls: readonly string[] = [], port = 0): Promise<Proxy> {
  let targets = urls.map(portOf);
  let turn = 0;
  let now: Weather = 'clear';
  let chosen: Chosen = () => true;
  const links = new Set<Link>();

  const weatherOf = ({ first }: Link): Weather =>
    first !== undefined && chosen(first) ? now : 'clear';

  /** The next target that takes a connection. */
  async function reach(): Promise<Socket | undefined> {
    for (let tries = 0; tries < targets.length; tries += 1) {
      const target = connect(targets[turn++ % targets.length] as number, '127.0.0.1');
      try {
        await once(target, 'connect');
        return target;
      } catch {
        target.destroy();
      }
    }
    return undefined;
  }

  function pass(link: Link, from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (from === link.client) link.first ??= bytes;
      const weather = weatherOf(link);
      if (weather === 'black hole' || (weather === 'half open' && to === link.client)) return;
      const write = (): void => {
        if (!to.destroyed && !to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      };
      if (typeof weather === 'object') setTimeout(write, weather.delayMs);
      else write();
    });
    // Whoever pulled the cable hears no goodbye either.
    from.once('close', () => {
      if (weatherOf(link) !== 'black hole') to.destroy();
    });
    from.on('error', () => {});
  }

  async function serve(client: Socket): Promise<void> {
    const link: Link = { client };
    links.add(link);
    client.on('error', () => {});
    client.once('close', () => links.delete(link));
    const target = await reach();
    if (target === undefined || client.destroyed) {
      target?.destroy();
      client.destroy();
      return;
    }
    link.target = target;
    client.setNoDelay(true);
    target.setNoDelay(true);
    pass(link, client, target);
    pass(link, target, client);
  }

  const server = createServer((client) => void serve(client)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const destroy = (link: Link): void => {
    link.client.destroy();
    link.target?.destroy();
  };
  onTestFinished(() => {
    links.forEach(destroy);
    server.close();
  });
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    get open() {
      return links.size;
    },
    route: (next) => void (targets = next.map(portOf)),
    weather(weather, of = () => true) {
      // What bytes were lost leaves a connection that cannot go on.
      if (weather === 'clear' && (now === 'black hole' || now === 'half open'))
        for (const link of links) if (weatherOf(link) !== 'clear') destroy(link);
      [now, chosen] = [weather, of];
    },
    reset() {
      for (const { client, target } of links) {
        client.resetAndDestroy();
        target?.resetAndDestroy();
      }
    },
  };
}

const portOf = (url: string): number => Number(new URL(url).port);
