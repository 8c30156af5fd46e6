import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { maxFactor } from './limiters.ts';

const { loadShedding: limit } = limits;
const resolutionMs = 10;
const nanosecondsInMs = 1_000_000;

/**
 * Whether this node refuses new work, because it has too much of it: it watches the event loop, and
 * counts what is under way.
 */
export class LoadShedding {
  readonly #log: Logger;
  readonly #factor: number;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #inFlight = 0;
  #isLate = false;

  constructor({ RATE_LIMIT_FACTOR }: Pick<Environment, 'RATE_LIMIT_FACTOR'>, log: Logger) {
    this.#log = log;
    this.#factor = maxFactor(RATE_LIMIT_FACTOR); // a load test wants to see more than the limit
    this.#delay.enable();
    this.#timer = setInterval(() => this.#look(), limit.windowMs).unref();
  }

  /** A request or a command, for whose answer a client waits, has arrived. */
  enter(): void {
    this.#inFlight += 1;
  }

  /** It was answered, or nobody waits for it any more. */
  leave(): void {
    this.#inFlight -= 1;
  }

  /** New sends are refused meanwhile, so that what was accepted is answered in time. */
  get isOverloaded(): boolean {
    return this.#isLate || this.#inFlight > limit.requestsInFlight * this.#factor;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #look(): void {
    const lagMs = this.#delay.percentile(99) / nanosecondsInMs;
    this.#delay.reset();
    const wasLate = this.#isLate;
    this.#isLate = lagMs > limit.loopLagMs * this.#factor;
    if (this.#isLate && !wasLate)
      this.#log.warn({ ms: Math.round(lagMs) }, 'the event loop is late: new sends are refused');
    if (!this.#isLate && wasLate) this.#log.info('the event loop is no longer late');
  }
}
