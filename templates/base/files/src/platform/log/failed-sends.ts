import { limits } from '../../configs/limits.ts';
import { AppError } from '../errors/app-error.ts';
import { orderOf, unknownOutcome } from './pending-message.ts';
import type { Draft } from './types.ts';

/**
 * Remembers sends that are repeated because they were `unavailable`, stored or not, for those that wait
 * behind them elsewhere. The log fails what stands in its queue behind such a send; but a send may still
 * wait for its turn on its socket, or for its right to be read. If it went on, it would be stored before
 * the repeat of the failed one.
 */
export class FailedSends {
  readonly #failedAt = new Map<string, number>();

  /** Notes how a send failed, where its sender repeats it. */
  note(draft: Draft, error: unknown): void {
    if (error instanceof AppError && error.code !== 'unavailable') return;
    const key = orderOf(draft);
    const now = performance.now();
    this.#failedAt.set(key, now);
    // What came before and waits longer than this has passed its own deadline.
    const forget = (): void => void (this.#failedAt.get(key) === now && this.#failedAt.delete(key));
    setTimeout(forget, limits.message.sendDeadlineMs).unref();
  }

  /** @throws AppError `unavailable` for a send that was here already when an earlier one of its sender failed */
  assertNone(draft: Draft, arrivedAt: number): void {
    if (this.#failedAt.size === 0) return; // nearly always
    if (arrivedAt <= (this.#failedAt.get(orderOf(draft)) ?? -1)) throw unknownOutcome();
  }
}
