import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';
/** Where the time comes from, so that tests can move it. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** What happens later; a test can let the time pass at once. */
export interface Timers {
  /** Calls back once, after so many milliseconds; returns the function that cancels it. */
  after(ms: number, work: () => void): () => void;
  /** Calls back repeatedly; returns the function that ends it. */
  every(ms: number, work: () => void): () => void;
}

/** The timers of the process. */
export const systemTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

/** When what came at `arrivedAt` must have its answer: on the monotonic clock, in milliseconds. */
export const deadlineOf = (arrivedAt = performance.now()): number =>
  arrivedAt + limits.message.sendDeadlineMs;

/** When what has this deadline arrived. */
export const arrivalOf = (deadline: number): number => deadline - limits.message.sendDeadlineMs;

/**
 * Waits for work, but not past a deadline. A race of our own: the driver's deadline for a whole
 * operation has no effect here. The work itself goes on.
 *
 * @throws AppError `unavailable`
 */
export async function byDeadline<Result>(work: Promise<Result>, deadline: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(new AppError('unavailable', { retryAfterMs: 1_000 }));
    const left = deadline - performance.now();
    if (left <= 0) refuse();
    else timer = setTimeout(refuse, left);
  });
  try {
    return await Promise.race([late, work]);
  } finally {
    clearTimeout(timer);
  }
}
