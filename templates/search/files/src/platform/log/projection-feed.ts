import type { Logger } from 'pino';
import type { Clock, Timers } from '../lib/time.ts';
import type { Projection } from './projection.ts';

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
  /** Conversations that a sweep compares in one round. */
  readonly sweepPage: number;
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
 * Keeps a projection close to its messages: each round one step in what this node has noted, and a part
 * of a sweep, which finds what nobody has noted: a node that ended had noted it, or there was none.
 */
export class ProjectionFeed {
  readonly #options: FeedOptions;
  readonly #noted = new Set<string>();
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
    await this.#step();
    await this.#sweepOn();
  }

  async #step(): Promise<void> {
    const some = [...this.#noted];
    if (some.length === 0) return;
    this.#noted.clear(); // what is noted from now on may be newer than the step
    let whole: ReadonlySet<string> = new Set();
    try {
      whole = await this.#options.projection.step(some);
    } finally {
      for (const id of some) if (!whole.has(id)) this.#noted.add(id);
      for (const id of whole) this.#sweep?.behind.delete(id);
    }
  }

  async #sweepOn(): Promise<void> {
    const { clock, projection, storedWithinMs, sweepEvery, sweepPage } = this.#options;
    this.#roundsToSweep -= 1;
    if (this.#sweep === undefined && this.#roundsToSweep <= 0) {
      this.#roundsToSweep = sweepEvery;
      const until = new Date(clock.now().getTime() - storedWithinMs);
      const walk = projection.walk(sweepPage);
      this.#sweep = { until, walk, behind: new Set(), isWalked: false };
    }
    const sweep = this.#sweep;
    if (sweep === undefined) return;
    // What is noted stays bounded: it goes on when there is less to do.
    if (!sweep.isWalked && this.#noted.size < sweepPage) await this.#walkOn(sweep);
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
