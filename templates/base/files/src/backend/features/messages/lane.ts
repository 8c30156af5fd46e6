import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import { unknownOutcome, type Send } from './sends.ts';

const { lane: limit } = limits;

/** What a commit may ask of its lane. */
export interface Batch {
  /** Of one conversation together, in the order in which they came. */
  readonly sends: readonly Send[];
  /** Every send of the batch has passed its deadline: nobody waits for the commit any more. */
  readonly abandoned: Promise<void>;
  /**
   * These have no verdict. What waits behind them, of the same sender in the same conversation,
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

/** Creates an idle lane; `commit` settles every send of its batch or loses it. */
export function createLane(commit: (batch: Batch) => Promise<void>): Lane {
  const waiting = new Map<string, Send>();
  let waitingBytes = 0;
  let running: readonly Send[] = [];
  let abandon = (): void => {};
  let isRunning = false;
  let watch: NodeJS.Timeout | undefined;

  function push(send: Send): void {
    const key = keyOf(send);
    const first = waiting.get(key);
    if (first !== undefined) {
      first.repeats.push(send);
      return;
    }
    if (waiting.size >= limit.queuedMessages || waitingBytes + send.bytes > limit.queuedBytes)
      throw new AppError('unavailable', {
        detail: 'Too many messages wait to be stored.',
        retryAfterMs: 1_000,
      });
    waiting.set(key, send);
    waitingBytes += send.bytes;
    watchDeadlines();
    if (isRunning) return;
    isRunning = true;
    // Everything that this turn of the event loop has received joins the first batch.
    setImmediate(() => void run());
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) {
      running = take();
      const abandoned = new Promise<void>((resolve) => (abandon = resolve));
      await commit({ sends: running, abandoned, lose });
    }
    running = [];
    isRunning = false;
  }

  function take(): readonly Send[] {
    const sends: Send[] = [];
    for (const send of waiting.values()) {
      if (sends.length >= limit.batchMessages) break;
      remove(send);
      sends.push(send);
    }
    return sends.toSorted((a, b) =>
      a.conversationId < b.conversationId ? -1 : a.conversationId > b.conversationId ? 1 : 0,
    );
  }

  function remove(send: Send): void {
    if (waiting.delete(keyOf(send))) waitingBytes -= send.bytes;
  }

  const open = (): Send[] => [...running, ...waiting.values()].filter((send) => !send.isSettled);

  function lose(sends: readonly Send[], cause: unknown): void {
    const lost = new Set(sends.filter((send) => !send.isSettled).map(orderOf));
    for (const send of sends) send.fail(unknownOutcome(cause));
    for (const send of waiting.values())
      if (lost.has(orderOf(send))) {
        remove(send);
        send.fail(unknownOutcome(cause));
      }
  }

  /** The deadline is the send's own: it runs while the send waits and while its batch is stuck. */
  function watchDeadlines(): void {
    if (watch !== undefined) return;
    const first = Math.min(...open().map((send) => send.deadline));
    if (!Number.isFinite(first)) return;
    watch = setTimeout(expire, Math.max(1, first - performance.now()));
  }

  function expire(): void {
    watch = undefined;
    const now = performance.now();
    const late = open().filter((send) => send.deadline <= now);
    const orders = new Set(late.map(orderOf));
    const behind = running.filter((send) => orders.has(orderOf(send)));
    late.forEach(remove);
    lose([...late, ...behind], new Error('the deadline has passed'));
    if (running.every((send) => send.isSettled)) abandon();
    watchDeadlines();
  }

  return {
    push,
    get isIdle() {
      return !isRunning;
    },
  };
}

const keyOf = (send: Send): string => `${orderOf(send)} ${send.clientMessageId}`;
const orderOf = (send: Send): string => `${send.conversationId} ${send.sender}`;
