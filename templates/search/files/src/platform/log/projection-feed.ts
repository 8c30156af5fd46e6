import type { Logger } from 'pino';
import type { Clock, Timers } from '../lib/time.ts';
import type { Projection } from './projection.ts';
import type { Ends } from './projection-reads.ts';

/** What a feed works on, and how often. */
interface FeedOptions {
  readonly projection: Pick<Projection<never>, 'compare' | 'restart' | 'step' | 'walk'>;
  readonly timers: Pick<Timers, 'every'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Then a round is left out. */
  readonly isOverloaded: () => boolean;
  /** How long a message may take to be stored under the time that it has, in milliseconds. */
  readonly storedWithinMs: number;
  readonly everyMs: number;
  /** Rounds from the start of one sweep to the next. */
  readonly sweepEvery: number;
  /** Conversations that a sweep compares at once. */
  readonly sweepPage: number;
  /** How long it goes on in one round, in milliseconds. */
  readonly sweepMs: number;
}

/** A walk over all conversations. */
interface Sweep {
  readonly until: Date;
  readonly walk: AsyncGenerator<readonly string[]>;
  /** Those that it found behind and that were not at their end since. */
  readonly behind: Set<string>;
  isWalked: boolean;
}

/**
 * Keeps a projection close to its messages: each round a step in what this node has noted, and a part
 * of a sweep, which finds what nobody has noted: a node that ended had noted it, or there was none.
 */
export class ProjectionFeed {
  readonly #options: FeedOptions;
  readonly #noted = new Set<string>();
  /** Those of them in which a step was not enough. */
  readonly #long = new Set<string>();
  #sweep: Sweep | undefined;
  #roundsToSweep = 0;
  #wholeUntil: Date | undefined;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isFailing = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Something was sent or changed there. */
  note(conversationId: string): void {
    this.#noted.add(conversationId);
  }

  /** Everything that was sent before this moment is in the projection; undefined: not known yet. */
  get wholeUntil(): Date | undefined {
    return this.#wholeUntil;
  }

  start(): void {
    const { everyMs, timers } = this.#options;
    this.#cancel = timers.every(everyMs, () => this.#look());
  }

  /** Begins no round any more, and waits for the one that is under way. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#running;
    await this.#sweep?.walk.return(undefined);
  }

  #look(): void {
    if (this.#options.isOverloaded()) return;
    this.#running ??= this.#round()
      .then(() => void (this.#isFailing = false))
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#running = undefined));
  }

  async #failed(reason: unknown): Promise<void> {
    const sweep = this.#sweep;
    this.#sweep = undefined; // the next one begins with the next round
    this.#roundsToSweep = 0;
    if (!this.#isFailing) this.#options.log.warn({ err: reason }, 'a projection falls behind');
    this.#isFailing = true;
    await sweep?.walk.return(undefined).catch(() => {});
  }

  async #round(): Promise<void> {
    // What has much to catch up keeps nobody waiting: it comes second, when the rest is done.
    const isDone = await this.#step([...this.#noted].filter((id) => !this.#long.has(id)));
    if (isDone) await this.#step([...this.#long]);
    await this.#sweepOn();
  }

  /** Resolves with whether it was all read. */
  async #step(some: readonly string[]): Promise<boolean> {
    if (some.length === 0) return true;
    for (const id of some) this.#noted.delete(id); // noted from now on, it is newer than the step
    let ends: Ends = { whole: new Set(), cut: [] };
    try {
      ends = await this.#options.projection.step(some);
    } finally {
      for (const id of some) if (!ends.whole.has(id)) this.#noted.add(id);
    }
    for (const id of ends.cut) this.#long.add(id);
    for (const id of ends.whole) {
      this.#long.delete(id);
      this.#sweep?.behind.delete(id);
    }
    return ends.cut.length === 0;
  }

  async #sweepOn(): Promise<void> {
    const { clock, projection, storedWithinMs, sweepEvery, sweepMs, sweepPage } = this.#options;
    const end = performance.now() + sweepMs;
    this.#roundsToSweep -= 1;
    if (this.#sweep === undefined && this.#roundsToSweep <= 0) {
      this.#roundsToSweep = sweepEvery;
      const until = new Date(clock.now().getTime() - storedWithinMs);
      const walk = projection.walk(sweepPage);
      this.#sweep = { until, walk, behind: new Set(), isWalked: false };
    }
    const sweep = this.#sweep;
    if (sweep === undefined) return;
    do {
      // What is noted stays bounded: it goes on when there is less to do.
      if (sweep.isWalked || this.#noted.size >= sweepPage) break;
      await this.#walkOn(sweep);
    } while (performance.now() < end);
    if (!sweep.isWalked || sweep.behind.size > 0) return;
    this.#wholeUntil = sweep.until;
    this.#sweep = undefined;
  }

  async #walkOn(sweep: Sweep): Promise<void> {
    const { projection } = this.#options;
    const part = await sweep.walk.next();
    sweep.isWalked = part.done === true;
    if (part.done === true) return;
    const { behind, above } = await projection.compare(part.value);
    for (const id of above) await projection.restart(id);
    for (const id of [...behind, ...above]) {
      this.#noted.add(id);
      sweep.behind.add(id);
    }
  }
}
