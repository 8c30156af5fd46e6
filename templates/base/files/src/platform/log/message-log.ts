import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageView, SendResult } from '../../contract/messages.ts';
import { AppError } from '../errors/app-error.ts';
import { arrivalOf, byDeadline } from '../lib/time.ts';
import { tuning } from '../tuning.ts';
import { LastNumbers } from './last-numbers.ts';
import { MessageQueue } from './message-queue.ts';
import { orderOf, PendingMessage, unknownOutcome } from './pending-message.ts';
import type { Draft, MessageLogOptions } from './types.ts';

/**
 * Appends messages to conversations: each exactly once, numbered 1, 2, 3 … without a hole.
 *
 * While a batch is being committed, new messages wait; then everything that waits is the next batch:
 * there is no timer, and at low load a batch is one message. The unique indexes decide races between
 * nodes: an ordered insert stops at the first duplicate key, so that what is stored is a prefix, and
 * what is left is numbered anew.
 */
export class MessageLog {
  readonly #options: MessageLogOptions;
  readonly #numbers: LastNumbers;
  readonly #queue = new MessageQueue();
  readonly #unsettled = new Set<Promise<unknown>>();
  #batch: readonly PendingMessage[] = [];
  /** Ends the wait for a batch when nobody waits for any of it. */
  #abandon: (reason: Error) => void = () => {};
  /** Set while a batch is being committed. */
  #deadlineCheck: NodeJS.Timeout | undefined;

  constructor(options: MessageLogOptions) {
    this.#options = options;
    this.#numbers = new LastNumbers((ids) => options.store.lastSeqs(ids));
  }

  /**
   * Queues a message; the promise is its result. `deadline` is on the monotonic clock, in milliseconds.
   *
   * @throws AppError `unavailable` when the queue is full
   */
  append(draft: Draft, deadline: number): Promise<SendResult> {
    const pending = new PendingMessage(draft, deadline, this.#options.store);
    this.#queue.add(pending);
    this.#unsettled.add(pending.result);
    const settled = (): void => void this.#unsettled.delete(pending.result);
    pending.result.then(settled, settled);
    if (this.#deadlineCheck === undefined) {
      this.#deadlineCheck = setInterval(() => this.#failLate(), tuning.log.deadlineCheckMs);
      // Everything that this turn of the event loop has received joins the first batch.
      setImmediate(() => void this.#drain());
    }
    return pending.result;
  }

  /** Another node has stored up to `seq`. */
  believe(conversationId: string, seq: number): void {
    this.#numbers.believe(conversationId, seq);
  }

  /** After a change of the topology a known number may be wrong. */
  forgetNumbers(): void {
    this.#numbers.forgetAll();
  }

  /** Resolves once every message has its result. */
  async idle(): Promise<void> {
    while (this.#unsettled.size > 0) await Promise.allSettled(this.#unsettled);
  }

  async #drain(): Promise<void> {
    while (!this.#queue.isEmpty) {
      this.#batch = this.#queue.take(tuning.log.batchMessages).toSorted(byConversation);
      await this.#commitBatch();
    }
    this.#batch = [];
    clearInterval(this.#deadlineCheck);
    this.#deadlineCheck = undefined;
  }

  async #commitBatch(): Promise<void> {
    const startedAt = performance.now();
    const { length: messages } = this.#batch;
    const waitedMs = startedAt - arrivalOf(Math.min(...this.#batch.map((one) => one.deadline)));
    const abandoned = new Promise<never>((_resolve, reject) => (this.#abandon = reject));
    abandoned.catch(() => {}); // nothing may wait for the database just then
    const conflicts = await this.#commit((work) => Promise.race([work, abandoned]));
    const ms = performance.now() - startedAt;
    this.#options.onBatchEnd({ messages, conflicts, waitedMs, ms });
  }

  /** Numbers and inserts until nothing of the batch is left; returns how often another node was faster. */
  async #commit(inTime: InTime): Promise<number> {
    let left = this.#batch;
    let conflicts = 0;
    let repeats = 0;
    try {
      for (;;) {
        left = left.filter(({ isSettled }) => !isSettled);
        const [first] = left;
        if (first === undefined) return conflicts;
        const messages = await inTime(this.#number(left));
        const { stored, stoppedBy } = await inTime(this.#options.store.insert(messages));
        this.#resolve(left.slice(0, stored), messages);
        left = left.slice(stored);
        if (stoppedBy?.reason === 'number-taken') {
          // Another node was faster, here and perhaps in the other conversations too.
          this.#numbers.forget(conversationsOf(left));
          conflicts += 1;
          if (conflicts > tuning.log.conflictsBeforeWaiting) await sleep(retryMs());
        } else if (stoppedBy !== undefined) {
          left = this.#takeStopped(
            left,
            stoppedBy.reason === 'refused' ? stoppedBy.error : undefined,
          );
          if (stoppedBy.reason === 'id-taken') repeats += 1;
          // After a lost answer a whole batch comes again: from the second on, all in one read.
          if (repeats === 2) await inTime(this.#findRepeats(left));
        }
      }
    } catch (error) {
      this.#options.log.warn(
        { err: error, messages: left.length },
        'a commit has no known outcome',
      );
      this.#numbers.forget(conversationsOf(left));
      this.#failUnknown(left, error);
      return conflicts;
    }
  }

  async #number(batch: readonly PendingMessage[]): Promise<MessageView[]> {
    const last = await this.#numbers.of([...conversationsOf(batch)]);
    const timestamp = this.#options.now();
    return batch.map(({ draft }) => {
      const seq = (last.get(draft.conversationId) ?? 0) + 1;
      last.set(draft.conversationId, seq);
      return this.#options.store.toMessage(draft, seq, timestamp);
    });
  }

  /** A majority has them: the last numbers move, the members hear of it, then the senders do. */
  #resolve(batch: readonly PendingMessage[], numbered: readonly MessageView[]): void {
    if (batch.length === 0) return;
    const messages = numbered.slice(0, batch.length);
    for (const { conversationId, seq } of messages) this.#numbers.advance(conversationId, seq);
    this.#options.onStored(messages);
    for (const [index, message] of messages.entries()) batch[index]?.resolve(message);
  }

  /** The first one stopped the insert: as a repeat it is looked for beside the rest, which goes on. */
  #takeStopped([first, ...rest]: readonly PendingMessage[], error?: Error): PendingMessage[] {
    if (error === undefined) void this.#waitForRepeat(first as PendingMessage);
    else {
      this.#options.log.error({ err: error }, 'a message cannot be stored');
      first?.reject(new AppError('internal', { cause: error }));
    }
    return rest;
  }

  /** A majority may see a message a moment later than the index that refused its repeat. */
  async #waitForRepeat(pending: PendingMessage): Promise<void> {
    try {
      while (!pending.isSettled) {
        await byDeadline(this.#findRepeats([pending]), pending.deadline);
        if (!pending.isSettled) await sleep(retryMs());
      }
    } catch (error) {
      this.#failUnknown([pending], error);
    }
  }

  /** Settles those whose id is stored already; members hear again of what is repeated, and of nothing else. */
  async #findRepeats(batch: readonly PendingMessage[]): Promise<void> {
    const found = await this.#options.store.find(batch.map(({ draft }) => draft));
    // Shards do not know each other's ids: of two messages the one in the draft's conversation counts.
    const stored = new Map(found.flatMap((one) => [[one.id, one] as const, [placeOf(one), one]]));
    const repeated: MessageView[] = [];
    for (const pending of batch) {
      const message = stored.get(placeOf(pending.draft)) ?? stored.get(pending.draft.id);
      if (message === undefined) continue;
      if (pending.all.some((one) => one.isRepeatOf(message))) repeated.push(message);
      pending.resolveAsRepeat(message);
    }
    if (repeated.length > 0) this.#options.onRepeated(repeated);
  }

  /**
   * Whether these are stored is not known. What stands behind them, of the same sender in the same
   * conversation, fails with them, so that the sender's repeats start from the first and keep their order.
   */
  #failUnknown(failed: readonly PendingMessage[], cause: unknown): void {
    const open = failed.filter(({ isSettled }) => !isSettled);
    const orders = new Set(open.map(({ draft }) => orderOf(draft)));
    for (const pending of [...failed, ...this.#open()])
      if (orders.has(orderOf(pending.draft))) {
        this.#queue.remove(pending);
        pending.reject(unknownOutcome(cause));
      }
  }

  /** A deadline is a message's own: it runs while it waits and while its batch is stuck. */
  #failLate(): void {
    const now = performance.now();
    const late = this.#open().filter(({ deadline }) => deadline <= now);
    const reason = new Error('the deadline has passed');
    this.#failUnknown(late, reason);
    if (this.#batch.every(({ isSettled }) => isSettled)) this.#abandon(reason);
  }

  #open(): PendingMessage[] {
    return [...this.#batch, ...this.#queue.values()].filter(({ isSettled }) => !isSettled);
  }
}

/** Waits for work of a batch until nobody waits for the batch. */
type InTime = <Result>(work: Promise<Result>) => Promise<Result>;

const placeOf = ({ id, conversationId }: Draft | MessageView) => `${conversationId} ${id}`;

const conversationsOf = (batch: readonly PendingMessage[]): ReadonlySet<string> =>
  new Set(batch.map(({ draft }) => draft.conversationId));

const byConversation = ({ draft: a }: PendingMessage, { draft: b }: PendingMessage): number =>
  a.conversationId < b.conversationId ? -1 : a.conversationId > b.conversationId ? 1 : 0;

const retryMs = (): number =>
  tuning.log.retryMinMs + Math.random() * (tuning.log.retryMaxMs - tuning.log.retryMinMs);
