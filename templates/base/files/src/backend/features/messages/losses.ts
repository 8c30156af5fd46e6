import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import { orderOf, unknownOutcome, type SendRequest } from './sends.ts';

/** Remembers sends that ended without a verdict, for those that wait behind them elsewhere. */
export interface Losses {
  /** Notes how a send failed, when that was without a verdict. */
  note(request: SendRequest, error: unknown): void;
  /** @throws AppError `unavailable` for a send that came before one was lost it has to stand behind */
  assertNone(request: SendRequest, arrivedAt: number): void;
}

/**
 * Creates the memory of one node. A lane fails what stands in it behind a lost send; but a send may
 * still wait for its turn on its socket, or for its right to be read. If it went on, it would be
 * stored before the repeat of the lost one.
 */
export function createLosses(): Losses {
  const lostAt = new Map<string, number>();
  return {
    note(request, error) {
      if (error instanceof AppError && error.code !== 'unavailable') return;
      const key = orderOf(request);
      const now = performance.now();
      lostAt.set(key, now);
      // What came before and waits longer than this has passed its own deadline.
      const forget = (): void => void (lostAt.get(key) === now && lostAt.delete(key));
      setTimeout(forget, limits.lane.sendDeadlineMs).unref();
    },
    assertNone(request, arrivedAt) {
      if (lostAt.size === 0) return; // nearly always
      if (arrivedAt <= (lostAt.get(orderOf(request)) ?? -1)) throw unknownOutcome();
    },
  };
}
