import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import { unknownOutcome, type Send } from './sends.ts';

const { lane: limit } = limits;

/** What a commit may ask of its lane. */
export interface Batch {
  /** Of one conversation together, in the order in which they came. */
  readonly sends: readonly Send[];
  /** Rejects when every send of the batch has passed its deadline: nobody waits for it any more. */
  readonly abandoned: Promise<never>;
  /**
   * These have no verdict. What stands behind them, of the same sender in the same conversation,
   * fails with them, so that the sender's repeats start from the first and keep their order.
   */
  lose(sends: readonly Send[], cause: unknown): void;
}

/**
 * Commits one batch after the other. Sends that arrive while a commit is under way wait, and then
 * everything that waits is one batch: no timer, at low load a batch is one message.
 */
export interface Lane {
  /** @throws AppError `unavailable` when the lane is full */
  push(send: Send): void;
  readonly isIdle: boolean;
}

/** Creates an idle lane; `commit` settles every send of its batch or loses it, and never rejects. */
export function createLane(commit: (batch: Batch) => Promise<void>): Lane {
  const waiting = new Map<string, Send>();
  const load = { sends: 0, bytes: 0 };
  let running: readonly Send[] = [];
  let abandon: (reason: Error) => void;
  let isRunning = false;
  let watch: NodeJS.Timeout | undefined;
  let watchedUntil = Infinity;

  function push(send: Send): void {
    if (load.sends >= limit.queuedMessages || load.bytes + send.bytes > limit.queuedBytes)
      throw new AppError('unavailable', {
        detail: 'Too many messages wait to be stored.',
        retryAfterMs: 1_000,
      });
    load.sends += 1;
    load.bytes += send.bytes;
    const first = waiting.get(send.key);
    if (first === undefined) waiting.set(send.key, send);
    else first.repeats.push(send);
    // Who waited for a right comes later than others, with an earlier deadline.
    if (send.deadline < watchedUntil) watchUntil(send.deadline);
    if (isRunning) return;
    isRunning = true;
    // Everything that this turn of the event loop has received joins the first batch.
    setImmediate(() => void run());
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      running = take();
      const abandoned = new Promise<never>((_resolve, reject) => (abandon = reject));
      abandoned.catch(() => {}); // the commit may wait for nothing just then
      await commit({ sends: running, abandoned, lose });
    }
    running = [];
    isRunning = false;
    clearTimeout(watch);
    watchedUntil = Infinity;
  }

  function take(): readonly Send[] {
    const sends = [...waiting.values()].slice(0, limit.batchMessages);
    sends.forEach(remove);
    return sends.toSorted((a, b) =>
      a.conversationId < b.conversationId ? -1 : a.conversationId > b.conversationId ? 1 : 0,
    );
  }

  function remove(send: Send): void {
    // While a send is under way, a repeat of it may wait under the same key.
    if (waiting.get(send.key) !== send) return;
    waiting.delete(send.key);
    for (const one of [send, ...send.repeats]) {
      load.sends -= 1;
      load.bytes -= one.bytes;
    }
  }

  const open = (): Send[] => [...running, ...waiting.values()].filter((send) => !send.isSettled);

  function lose(sends: readonly Send[], cause: unknown): void {
    const lost = new Set(sends.filter((send) => !send.isSettled).map((send) => send.order));
    for (const send of [...sends, ...open()])
      if (lost.has(send.order)) {
        remove(send);
        send.fail(unknownOutcome(cause));
      }
  }

  /** The deadline is the send's own: it runs while the send waits and while its batch is stuck. */
  function watchUntil(deadline: number): void {
    clearTimeout(watch);
    watchedUntil = deadline;
    watch = setTimeout(expire, Math.max(1, deadline - performance.now()));
  }

  function expire(): void {
    watchedUntil = Infinity;
    const now = performance.now();
    const reason = new Error('the deadline has passed');
    lose(
      open().filter((send) => send.deadline <= now),
      reason,
    );
    if (running.every((send) => send.isSettled)) abandon(reason);
    const next = Math.min(...open().map((send) => send.deadline));
    if (next < watchedUntil) watchUntil(next);
  }

  return {
    push,
    get isIdle() {
      return !isRunning;
    },
  };
}
