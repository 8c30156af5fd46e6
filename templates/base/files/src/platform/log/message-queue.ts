import { AppError } from '../errors/app-error.ts';
import { tuning } from '../tuning.ts';
import type { PendingMessage } from './pending-message.ts';

/** Messages that wait for a batch, in the order in which they came, bounded in number and bytes. */
export class MessageQueue {
  /** By id; repeats hang on the first. */
  readonly #waiting = new Map<string, PendingMessage>();
  #messages = 0;
  #bytes = 0;

  /** @throws AppError `unavailable` when there is no room */
  add(pending: PendingMessage): void {
    const { queuedMessages, queuedBytes } = tuning.log;
    if (this.#messages >= queuedMessages || this.#bytes + pending.bytes > queuedBytes)
      throw new AppError('unavailable', {
        detail: 'Too many messages wait to be stored.',
        retryAfterMs: 1_000,
      });
    this.#messages += 1;
    this.#bytes += pending.bytes;
    const first = this.#waiting.get(pending.draft.id);
    if (first === undefined) this.#waiting.set(pending.draft.id, pending);
    else first.addRepeat(pending);
  }

  /** Takes the first ones out. */
  take(count: number): PendingMessage[] {
    const first = [...this.#waiting.values()].slice(0, count);
    for (const pending of first) this.remove(pending);
    return first;
  }

  /** Takes one out, with its repeats, if it is there. */
  remove(pending: PendingMessage): void {
    // While a message is being committed, a repeat of it may wait under the same id.
    if (this.#waiting.get(pending.draft.id) !== pending) return;
    this.#waiting.delete(pending.draft.id);
    for (const one of pending.withRepeats) {
      this.#messages -= 1;
      this.#bytes -= one.bytes;
    }
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  values(): Iterable<PendingMessage> {
    return this.#waiting.values();
  }
}
