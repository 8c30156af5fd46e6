import type { Logger } from 'pino';
import type { Cluster } from '../../platform/sockets/socket-api.ts';
import { RecentValues } from './recent-values.ts';

/** Writes of one kind are at least so long apart, in milliseconds: a busy row is written once in it. */
const leastPauseMs = 1_000;
const mostPauseMs = 3_000;
const pausePerMs = 40; // of the write before: so little of the database goes into it
/** A read that began before a value was stored may end so long after it, in milliseconds. */
const keepMs = 5_000;

type Values<Value> = ReadonlyMap<string, Value>;

/** One kind of values that only go forward, and how they are stored. */
interface Kind<Value> {
  readonly name: string;
  readonly furthest: (one: Value, other: Value) => Value;
  readonly write: (values: Values<Value>) => Promise<unknown>;
}

/**
 * Values that only go forward and are stored right after they moved, behind what moved them: one write
 * every 1 to 3 s takes everything that waits, the first one at once. Until a value is stored, and as long after
 * as a read may still have begun before, `get` has it; what other nodes have yet to store it has too.
 */
export class CoalescedWrites<Value> {
  readonly #kind: Kind<Value>;
  readonly #log: Logger;
  readonly #cluster: Pick<Cluster, 'publish'>;
  readonly #recent: RecentValues<Value>;
  readonly #unsaved = new Map<string, Value>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = -Infinity;
  #running: Promise<void> = Promise.resolve();

  /** Hears of other nodes whose writes are late. */
  constructor(
    core: { readonly log: Logger; readonly cluster: Pick<Cluster, 'publish' | 'subscribe'> },
    kind: Kind<Value>,
  ) {
    this.#kind = kind;
    this.#log = core.log;
    this.#cluster = core.cluster;
    this.#recent = new RecentValues(keepMs, kind.furthest);
    core.cluster.subscribe(this.#lateEvent, (values) => {
      for (const [key, value] of values as [string, Value][]) this.heard(key, value);
    });
  }

  /** Takes a value that this node stores. */
  note(key: string, value: Value): void {
    const known = this.#unsaved.get(key);
    this.#unsaved.set(key, known === undefined ? value : this.#kind.furthest(known, value));
    if (this.#timer === undefined) this.#schedule();
  }

  /** Takes a value that another node stores. */
  heard(key: string, value: Value): void {
    this.#recent.note(key, value);
  }

  /** What may not be in the database yet, or was not when a read of it began. */
  get(key: string): Value | undefined {
    const [unsaved, recent] = [this.#unsaved.get(key), this.#recent.get(key)];
    if (unsaved === undefined || recent === undefined) return unsaved ?? recent;
    return this.#kind.furthest(unsaved, recent);
  }

  /** The keys that `get` has a value of. */
  keys(): ReadonlySet<string> {
    return new Set([...this.#recent.keys(), ...this.#unsaved.keys()]);
  }

  /** How many keys there are, those in two places counted twice. */
  get sizeAtMost(): number {
    return this.#recent.sizeAtMost + this.#unsaved.size;
  }

  /** Stores what waits, and waits for it. */
  flush(): Promise<void> {
    this.#running = this.#running.then(() => this.#store());
    return this.#running;
  }

  async #store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const values = new Map(this.#unsaved);
    if (values.size === 0) return;
    const begunAt = performance.now();
    this.#dueAt = begunAt + mostPauseMs;
    try {
      await this.#kind.write(values);
    } catch (error) {
      this.#log.warn({ err: error }, 'a late write failed and is repeated');
      this.#cluster.publish(this.#lateEvent, [...values]); // they may have forgotten it by then
      this.#schedule();
      return;
    }
    const pauseMs = (performance.now() - begunAt) * pausePerMs;
    this.#dueAt = begunAt + Math.min(mostPauseMs, Math.max(leastPauseMs, pauseMs));
    for (const [key, value] of values) {
      this.#recent.note(key, value);
      if (this.#unsaved.get(key) === value) this.#unsaved.delete(key); // else it moved on
    }
  }

  #schedule(): void {
    const dueInMs = Math.max(0, this.#dueAt - performance.now());
    this.#timer ??= setTimeout(() => void this.flush(), dueInMs).unref();
  }

  get #lateEvent(): string {
    return `late:${this.#kind.name}`;
  }
}
