import type { MessageView, SendResult, SentFields } from '../../contract/messages.ts';
import { toUuid } from '../../platform/database/ids.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { byDeadline, deadlineOf } from '../../platform/lib/time.ts';
import { FailedSends } from '../../platform/log/failed-sends.ts';
import { MessageLog } from '../../platform/log/message-log.ts';
import type { Draft } from '../../platform/log/types.ts';
import type { Accepted } from '../../platform/sockets/socket-api.ts';
import { toHeadMoves, type HeadMove } from './head-moves.ts';
import { createMessageStore } from './message-store.ts';
import type { MessagePorts } from './ports.ts';
import { toNotice } from './views.ts';

const headsEvent = 'heads';

/** Sends messages: permission, log, notices, acknowledgement; docs/send-path.md draws it. */
export class Sending {
  readonly #ports: MessagePorts;
  readonly #messageLog: MessageLog;
  /** What failed and will be repeated; nothing of its sender in its conversation may overtake it. */
  readonly #failed = new FailedSends();

  constructor(ports: MessagePorts) {
    const { clock, database, events, log, readMarkers, sockets } = ports;
    this.#ports = ports;
    this.#messageLog = new MessageLog({
      log,
      store: createMessageStore(ports),
      now: () => clock.now(),
      onStored: (messages) => this.#announce(messages),
      onRepeated: (messages) => {
        sockets.notifyAll(messages.map(toCreated));
        readMarkers.sent(messages);
      },
      onBatchEnd: (end) => events.emit('batch:ended', end),
    });
    database.onTopologyChange(() => this.#messageLog.forgetNumbers());
    sockets.cluster.subscribe(headsEvent, (moves) => {
      for (const [conversationId, seq] of moves as HeadMove[])
        this.#messageLog.believe(conversationId, seq);
      readMarkers.hear(moves as HeadMove[]);
    });
  }

  /**
   * Checks the right and queues the message, at once where the right is known and features have nothing to
   * look at; `completion` is its result, for which the next command of the socket does not wait.
   * `arrivedAt` is when it reached this node, on the monotonic clock: it may have waited for its turn
   * since, and has 5 s from then.
   *
   * @throws AppError as `Access.require` and `MessagePart.prepare`, `unavailable` when draining, overloaded or full
   */
  send(
    draft: Draft,
    arrivedAt = performance.now(),
    sent?: SentFields,
  ): Accepted<SendResult> | Promise<Accepted<SendResult>> {
    const { access, loadShedding } = this.#ports;
    try {
      this.#assertOpen(draft, arrivedAt);
      if (loadShedding.isOverloaded) throw refusal('This node has too much to do.');
      const right = access.require(draft.sender, draft.conversationId, 'send');
      if (sent !== undefined && hasSome(sent))
        return this.#appendAfter(this.#prepare(right, draft, sent), draft, arrivedAt);
      return right instanceof Promise
        ? this.#appendAfter(
            right.then(() => draft),
            draft,
            arrivedAt,
          )
        : this.#append(draft, arrivedAt);
    } catch (error) {
      this.#failed.note(draft, error);
      throw error;
    }
  }

  /** Resolves once nothing is under way and what is known of it has been answered. */
  async idle(): Promise<void> {
    await this.#messageLog.idle();
    // The last acknowledgements leave with this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async #appendAfter(
    ready: Promise<Draft>,
    draft: Draft,
    arrivedAt: number,
  ): Promise<Accepted<SendResult>> {
    try {
      const prepared = await byDeadline(ready, deadlineOf(arrivedAt));
      // The end may have begun meanwhile, and waits for what is in the log only.
      this.#assertOpen(draft, arrivedAt);
      return this.#append(prepared, arrivedAt);
    } catch (error) {
      this.#failed.note(draft, error);
      throw error;
    }
  }

  /** A repeat gets its first answer, whatever became since of what it names: the log finds it by its id. */
  async #prepare(right: unknown, draft: Draft, sent: SentFields): Promise<Draft> {
    await right;
    const { history, parts } = this.#ports;
    try {
      return await parts.prepare(draft, sent);
    } catch (error) {
      const stored = await history.byIds(draft.conversationId, [toUuid(draft.id)]);
      if (stored.length > 0) return { ...draft, sent };
      throw error;
    }
  }

  #append(draft: Draft, arrivedAt: number): Accepted<SendResult> {
    const completion = this.#messageLog.append(draft, deadlineOf(arrivedAt));
    completion.catch((error: unknown) => this.#failed.note(draft, error));
    return { completion };
  }

  /** After the commit: members hear of the messages, and all nodes of the heads and read markers that they move. */
  #announce(messages: readonly MessageView[]): void {
    const { events, readMarkers, sockets } = this.#ports;
    sockets.notifyAll(messages.map(toCreated));
    readMarkers.sent(messages);
    if (sockets.cluster.hasPeers) sockets.cluster.publish(headsEvent, toHeadMoves(messages));
    for (const message of messages) events.emit('message:created', { message });
  }

  #assertOpen(draft: Draft, arrivedAt: number): void {
    this.#failed.assertNone(draft, arrivedAt);
    if (this.#ports.sockets.isDraining) throw refusal('This node is shutting down.');
  }
}

const refusal = (detail: string): AppError =>
  new AppError('unavailable', { detail, retryAfterMs: 1_000 });

const hasSome = (sent: SentFields): boolean => {
  for (const _ in sent) return true;
  return false;
};

const toCreated = (message: MessageView) => toNotice('message:created', message);
