import type { FeatureContext, RunningFeature } from '../feature.ts';
import { Announcements } from './announcements.ts';
import { Connections, graceMs } from './connections.ts';
import { Leases } from './leases.ts';
import type { Subscriptions } from './subscriptions.ts';

const heartbeatMs = 10_000; // a third of a lease
const reviewMs = 60_000; // bounds the effect of a change on another node that this one missed

/**
 * Who is online. All state is in the database, so that any node can clean up after one that died:
 * 30 s after its last renewal its lease ends, 10 s later at most another node has seen it.
 */
export class Presence implements RunningFeature {
  readonly #context: FeatureContext;
  readonly #subscriptions: Subscriptions;
  readonly #leases: Leases;
  readonly #connections: Connections;
  #wasAway = false;
  #running: Promise<void> | undefined;
  #ends: (() => void)[] = [];

  constructor(context: FeatureContext, subscriptions: Subscriptions) {
    this.#context = context;
    this.#subscriptions = subscriptions;
    this.#leases = new Leases(context.models);
    const announcements = new Announcements(context, (presences) =>
      subscriptions.notify(presences),
    );
    this.#connections = new Connections(context, () => this.#leases.own, announcements);
  }

  opened(userId: string, socketId: string): void {
    this.#subscriptions.opened(userId, socketId);
    this.#connections.opened(userId, socketId);
  }

  closed(socketId: string): void {
    this.#subscriptions.closed(socketId);
    this.#connections.closed(socketId);
  }

  async start(): Promise<void> {
    const { timers } = this.#context;
    await this.#leases.renew();
    await this.#sweep();
    this.#ends = [
      timers.every(heartbeatMs, () => this.#heartbeatOnce()),
      timers.every(reviewMs, () => this.#subscriptions.invalidateAll()),
    ];
  }

  async stop(): Promise<void> {
    this.#ends.forEach((end) => end());
    await this.#running;
    await this.#connections.stop();
    // Its clients come back to other nodes; those that do not are offline after the grace period.
    await this.#leases.end(graceMs).catch((error: unknown) => {
      this.#context.log.warn({ err: error }, 'the lease of this node will expire by itself');
    });
  }

  #heartbeatOnce(): void {
    this.#running ??= this.#heartbeat()
      .catch((error: unknown) => {
        this.#wasAway = true;
        this.#context.log.warn({ err: error }, 'the lease of this node may expire');
      })
      .finally(() => (this.#running = undefined));
  }

  async #heartbeat(): Promise<void> {
    if (!(await this.#leases.renew())) this.#connections.rewrite();
    await this.#connections.flush();
    // After an outage of the database all leases have ended: the others get a turn to renew theirs.
    if (!this.#wasAway) await this.#sweep();
    this.#wasAway = false;
  }

  async #sweep(): Promise<void> {
    for (const dead of await this.#leases.dead(await this.#connections.nodes())) {
      if (!(await this.#leases.claim(dead))) continue;
      await this.#connections.clear(dead.node);
      await this.#leases.remove(dead.node);
    }
    await this.#connections.flush();
  }
}
