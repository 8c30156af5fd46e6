import type { ClientSession } from 'mongoose';
import type { Notice } from '../sockets/socket-api.ts';
import { byDeadline, deadlineOf, type Timers } from '../lib/time.ts';
import { ChangeQueue, PendingChange, type AnyKind } from './change-queue.ts';
import { AllRefused, storeChanges, type ChangeStore, type Outcome } from './change-transaction.ts';
import type { ChangeableRow, ChangeKind, ChangeResult, ChangeTarget } from './types.ts';

/** Does `work` in one transaction of a conversation, again while others are in the way, until `deadline`. */
type Transact = <Result>(
  conversationId: string,
  work: (session: ClientSession) => Promise<Result>,
  deadline: number,
) => Promise<Result>;

/** What a change log works on, and whom it tells. */
export interface ChangeLogOptions<
  Row extends ChangeableRow,
  Permission,
> extends ChangeStore<Permission> {
  readonly transact: Transact;
  readonly timers: Pick<Timers, 'after'>;
  /**
   * After the commit and before the answers, with the messages as this change left them, and what is
   * to be told besides, before them.
   */
  readonly onChanged: (rows: readonly Row[], notices: readonly Notice[]) => void;
}

/**
 * Changes messages: the rows of the changes under the next revs of their conversation, 1, 2, 3 …
 * without a hole, and the messages with them, in one transaction. The unique index of
 * `{conversation, rev}` decides races between nodes: the loser starts over with a fresh number.
 *
 * While a batch of a conversation is being committed, other changes of it wait; then all of one kind
 * are the next batch. Of a message they are one change, with one rev and one notice, so that a storm
 * costs little.
 */
export class ChangeLog<Row extends ChangeableRow, Permission> {
  readonly #options: ChangeLogOptions<Row, Permission>;
  readonly #queues = new Map<string, ChangeQueue<Row, Permission>>();

  constructor(options: ChangeLogOptions<Row, Permission>) {
    this.#options = options;
  }

  /**
   * Makes a kind of change possible. Each call asks for one, and returns the message after it; it
   * rejects with `not-found` and `already-deleted`, with why somebody may not, with what the kind
   * refuses, and with `unavailable` when the outcome is not known in time.
   */
  add<Wanted extends ChangeTarget>(
    kind: ChangeKind<Row, Wanted, Permission>,
  ): (wanted: Wanted) => Promise<ChangeResult<Row>> {
    // What waits keeps each with its kind, which types cannot say.
    const any = kind as unknown as AnyKind<Row, Permission>;
    return async (wanted) => {
      const pending = new PendingChange(any, wanted, deadlineOf());
      this.#push(pending);
      return byDeadline(pending.result, pending.deadline);
    };
  }

  #push(pending: PendingChange<Row, Permission>): void {
    const { conversationId } = pending.wanted;
    const queue = this.#queues.get(conversationId) ?? new ChangeQueue<Row, Permission>();
    queue.add(pending);
    this.#queues.set(conversationId, queue);
    // Everything that this turn of the event loop has received joins the first batch.
    setImmediate(() => void this.#drain(conversationId, queue));
  }

  async #drain(conversationId: string, queue: ChangeQueue<Row, Permission>): Promise<void> {
    if (queue.isRunning) return;
    queue.isRunning = true;
    for (;;) {
      const batch = queue.take();
      const [first] = batch;
      if (first === undefined) break;
      this.#rest(conversationId, queue, batch, first.kind);
      await this.#commit(conversationId, first.kind, batch);
    }
    queue.isRunning = false;
    this.#forget(conversationId, queue);
  }

  #rest(
    conversationId: string,
    queue: ChangeQueue<Row, Permission>,
    batch: readonly PendingChange<Row, Permission>[],
    kind: AnyKind<Row, Permission>,
  ): void {
    const restMs = Math.max(...batch.map(({ wanted }) => kind.restMs?.(wanted) ?? 0));
    if (restMs === 0) return;
    queue.rest(kind);
    this.#options.timers.after(restMs, () => {
      queue.endRest(kind);
      void this.#drain(conversationId, queue);
    });
  }

  #forget(conversationId: string, queue: ChangeQueue<Row, Permission>): void {
    if (queue.isIdle) this.#queues.delete(conversationId);
  }

  async #commit(
    conversationId: string,
    kind: AnyKind<Row, Permission>,
    batch: readonly PendingChange<Row, Permission>[],
  ): Promise<void> {
    const wanted = batch.map((pending) => pending.wanted);
    const deadline = Math.max(...batch.map((pending) => pending.deadline));
    try {
      const outcome = await this.#options
        .transact(
          conversationId,
          (session) => storeChanges(this.#options, kind, wanted, session),
          deadline,
        )
        .catch(orRefused<Row>);
      this.#options.onChanged(outcome.changed, noticesOf(kind, wanted, outcome));
      for (const pending of batch) {
        const result = outcome.resultOf(pending.wanted);
        if (result instanceof Error) pending.reject(result);
        else pending.resolve(result);
      }
    } catch (error) {
      for (const pending of batch) pending.reject(error);
    }
  }
}

/** What is told to those whose message has changed by this batch. */
function noticesOf<Row extends ChangeableRow, Permission>(
  { notice }: AnyKind<Row, Permission>,
  wanted: readonly ChangeTarget[],
  { changed, resultOf }: Outcome<Row>,
): Notice[] {
  if (notice === undefined) return [];
  const ids = new Set(changed.map((row) => row._id.toHexString()));
  return wanted.flatMap((one) => {
    const result = ids.has(one.messageId) ? resultOf(one) : undefined;
    return result === undefined || result instanceof Error
      ? []
      : [notice(one, result.row, result.seen)];
  });
}

function orRefused<Row>(error: unknown): Outcome<Row> {
  if (error instanceof AllRefused) return error.outcome as Outcome<Row>;
  throw error;
}
