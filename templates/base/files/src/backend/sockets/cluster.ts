import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Cluster } from './hub.ts';
import type { SocketServer } from './index.ts';

const askMs = 5_000; // then the node that does not answer is left to its own re-checks

/** What one node tells another, or asks it to do: the name of the event and its data. */
export interface ClusterEvents {
  tell: (event: string, data: unknown) => void;
  ask: (event: string, data: unknown, done: (answer: null) => void) => void;
}

/** The cluster as its node sees it. */
export interface OwnCluster extends Cluster {
  /** Answers nobody any more; called before the adapter closes. */
  leave(): void;
  /** Closes what the adapter was made of. */
  close(): Promise<void>;
}

/**
 * Creates the cluster of one node: alone until a feature joins it with an adapter. Everything crosses
 * as an event between servers, never as a broadcast: an adapter's broadcast serves the own sockets
 * only after it has published, so that a stalled adapter would stall them too.
 */
export function createCluster(io: SocketServer, log: Logger): OwnCluster {
  const listeners = new Map<string, (data: unknown) => Promise<void> | void>();
  let closeAdapter: (() => Promise<void>) | undefined;
  let hasLeft = false;

  async function serve(event: string, data: unknown): Promise<void> {
    try {
      await listeners.get(event)?.(data);
    } catch (error) {
      log.warn({ err: error }, 'another node could not be followed');
    }
  }

  async function answer(event: string, data: unknown, done: (answer: null) => void): Promise<void> {
    await serve(event, data);
    if (!hasLeft) done(null);
  }

  return {
    get hasPeers() {
      return closeAdapter !== undefined;
    },
    join(adapter, close) {
      io.adapter(adapter);
      io.on('tell', (event, data) => void serve(event, data));
      io.on('ask', (event, data, done) => void answer(event, data, done));
      closeAdapter = close;
    },
    tell(event, data) {
      if (closeAdapter !== undefined) io.serverSideEmit('tell', event, data);
    },
    async ask(event, data) {
      if (closeAdapter === undefined) return;
      const asked = io.serverSideEmitWithAck('ask', event, data);
      const answered = asked.then(
        () => true,
        () => false,
      );
      const isDone = await Promise.race([answered, sleep(askMs, false, { ref: false })]);
      if (!isDone) log.warn('another node has not confirmed a change of rooms');
    },
    hear: (event, listener) => void listeners.set(event, listener),
    leave: () => void (hasLeft = true),
    close: async () => closeAdapter?.(),
  };
}
