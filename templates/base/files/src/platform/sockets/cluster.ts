import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AdapterFactory, Cluster } from './socket-api.ts';
import type { SocketServer } from './types.ts';

const requestMs = 5_000; // then a node that does not answer is left to its own revalidation

// On the wire they are named as in 0.1.0: nodes of both versions talk during an upgrade.
const publishEvent = 'tell';
const requestEvent = 'ask';

/**
 * The cluster as its node sees it: alone until a feature joins it with an adapter. Everything
 * crosses as an event between servers, never as a broadcast: an adapter's broadcast serves this
 * node's sockets only after it has published, so that a stalled adapter would stall them too.
 */
export class OwnCluster implements Cluster {
  readonly #io: SocketServer;
  readonly #log: Logger;
  readonly #listeners = new Map<string, (data: unknown) => Promise<void> | void>();
  #closeAdapter: (() => Promise<void>) | undefined;
  #hasLeft = false;

  constructor(io: SocketServer, log: Logger) {
    this.#io = io;
    this.#log = log;
  }

  get hasPeers(): boolean {
    return this.#closeAdapter !== undefined;
  }

  join(adapter: AdapterFactory, close: () => Promise<void>): void {
    this.#io.adapter(adapter);
    this.#io.on(publishEvent, (event, data) => void this.#serve(event, data));
    this.#io.on(requestEvent, (event, data, done) => void this.#answer(event, data, done));
    this.#closeAdapter = close;
  }

  publish(event: string, data: unknown): void {
    if (this.hasPeers) this.#io.serverSideEmit(publishEvent, event, data);
  }

  async request(event: string, data: unknown): Promise<void> {
    if (!this.hasPeers) return;
    const requested = this.#io.serverSideEmitWithAck(requestEvent, event, data);
    const answered = requested.then(
      () => true,
      () => false,
    );
    const isDone = await Promise.race([answered, sleep(requestMs, false, { ref: false })]);
    if (!isDone) this.#log.warn('another node has not confirmed an event');
  }

  subscribe(event: string, listener: (data: unknown) => Promise<void> | void): void {
    this.#listeners.set(event, listener);
  }

  /** Stops answering; called before the adapter closes. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** Closes what the adapter was made of. */
  async close(): Promise<void> {
    await this.#closeAdapter?.();
  }

  async #serve(event: string, data: unknown): Promise<void> {
    try {
      await this.#listeners.get(event)?.(data);
    } catch (error) {
      this.#log.warn({ err: error }, 'an event of another node could not be handled');
    }
  }

  async #answer(event: string, data: unknown, done: (answer: null) => void): Promise<void> {
    await this.#serve(event, data);
    if (!this.#hasLeft) done(null);
  }
}
