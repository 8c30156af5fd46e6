import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import { capFactor } from './limiters.ts';

const { overload: limit } = limits;
const resolutionMs = 10;
const nanosecondsInMs = 1_000_000;

/** How much this node has to do at once. */
export interface Overload {
  /** Something that a client waits for has arrived. */
  enter(): void;
  /** It was answered, or nobody waits for it any more. */
  leave(): void;
  /** New sends are refused meanwhile, so that what was accepted is answered in time. */
  readonly isOverloaded: boolean;
  stop(): void;
}

/** Watches the event loop of one node, and counts what is under way in it. */
export function createOverload(core: {
  readonly env: Pick<Environment, 'RATE_LIMIT_FACTOR'>;
  readonly log: Logger;
}): Overload {
  const { env, log } = core;
  const factor = capFactor(env.RATE_LIMIT_FACTOR); // a load test wants to see more than the limit
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  let inFlight = 0;
  let isLate = false;

  function look(): void {
    const lagMs = delay.percentile(99) / nanosecondsInMs;
    delay.reset();
    const wasLate = isLate;
    isLate = lagMs > limit.loopLagMs * factor;
    if (isLate && !wasLate)
      log.warn({ ms: Math.round(lagMs) }, 'the event loop is late: new sends are refused');
    if (!isLate && wasLate) log.info('the event loop is in time again');
  }

  delay.enable();
  const timer = setInterval(look, limit.windowMs).unref();

  return {
    enter: () => void (inFlight += 1),
    leave: () => void (inFlight -= 1),
    get isOverloaded() {
      return isLate || inFlight > limit.requestsInFlight * factor;
    },
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
