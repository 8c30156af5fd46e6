import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';

/** When what came at `arrivedAt` must have its verdict: on the monotonic clock, in milliseconds. */
export const deadlineOf = (arrivedAt = performance.now()): number =>
  arrivedAt + limits.lane.sendDeadlineMs;

/**
 * Waits for work, but not past a deadline. Raced by hand: the driver's own deadline for a whole
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
