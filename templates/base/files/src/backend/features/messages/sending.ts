import type { MessageView, SendResult } from '../../../contract/messages.ts';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import { rooms, type Later, type Notice } from '../../sockets/hub.ts';
import { createCommit, createOrderedInsert } from './commit.ts';
import { byDeadline, deadlineOf } from './deadlines.ts';
import { createKnownHeads, type HeadMove } from './heads.ts';
import { createLane, type Lane } from './lane.ts';
import { createLosses } from './losses.ts';
import type { MessagePorts } from './ports.ts';
import { Send, type SendRequest } from './sends.ts';
import { toMessageView } from './views.ts';

const headsEvent = 'heads';

/** The way of a message from acceptance to acknowledgement. */
export interface Sending {
  /**
   * Checks the right and queues the message in its lane, at once where the right is known; `later`
   * is the verdict. `arrivedAt` is when it reached this node, on the monotonic clock: it may have
   * waited for its turn since.
   *
   * @throws AppError as `Access.room`, `unavailable` when draining, overloaded or full
   */
  send(request: SendRequest, arrivedAt?: number): Later<SendResult> | Promise<Later<SendResult>>;
  /** Resolves once nothing is under way and what is known of it has been answered. */
  idle(): Promise<void>;
}

/** Creates the send path of one node. */
export function createSending(ports: MessagePorts): Sending {
  const { access, clock, events, history, log, overload, sockets, readMarks } = ports;
  const heads = createKnownHeads(history.lastSeqs);
  const losses = createLosses();
  const underWay = new Set<Promise<unknown>>();

  /** After the commit: members hear of the messages, and what may be late is noted. */
  function stored(messages: readonly MessageView[]): void {
    sockets.notifyAll(messages.map(toNotice));
    const moves = new Map<string, number>();
    for (const message of messages) {
      readMarks.sent(message);
      moves.set(message.conversationId, message.seq);
      events.tell('message:created', { message });
    }
    sockets.cluster.tell(headsEvent, [...moves]);
  }

  const commit = createCommit({
    log,
    heads,
    history,
    stored,
    ended: (end) => events.tell('batch:ended', end),
    insert: createOrderedInsert(ports),
    repeated: (rows) => sockets.notifyAll(rows.map(toMessageView).map(toNotice)),
  });
  const lanes = Array.from({ length: limits.lane.count }, () => createLane(commit));

  ports.database.onTopologyChange(heads.forgetAll);
  sockets.cluster.hear(headsEvent, (moves) => heads.hear(moves as HeadMove[]));

  return {
    send(request, arrivedAt = performance.now()) {
      try {
        assertTaking(request, arrivedAt);
        if (overload.isOverloaded) throw refusal('This node has too much to do.');
        const right = access.room(request.sender, request.conversationId, 'send');
        const deadline = deadlineOf(arrivedAt);
        return right instanceof Promise
          ? queueAfter(right, request, arrivedAt, deadline)
          : queue(request, deadline);
      } catch (error) {
        losses.note(request, error);
        throw error;
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      // The last acknowledgements leave with this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };

  async function queueAfter(
    right: Promise<unknown>,
    request: SendRequest,
    arrivedAt: number,
    deadline: number,
  ): Promise<Later<SendResult>> {
    try {
      await byDeadline(right, deadline);
      // The end may have begun meanwhile, and waits for what is in the lanes only.
      assertTaking(request, arrivedAt);
      return queue(request, deadline);
    } catch (error) {
      losses.note(request, error);
      throw error;
    }
  }

  function queue(request: SendRequest, deadline: number): Later<SendResult> {
    const send = new Send(request, clock.now(), deadline);
    laneOf(send.conversationId).push(send);
    underWay.add(send.verdict);
    const leave = (): void => void underWay.delete(send.verdict);
    send.verdict.then(leave, (error: unknown) => {
      losses.note(request, error);
      leave();
    });
    return { later: send.verdict };
  }

  function assertTaking(request: SendRequest, arrivedAt: number): void {
    losses.assertNone(request, arrivedAt);
    if (sockets.isDraining) throw refusal('This node is shutting down.');
  }

  /** A conversation always falls into the same lane: its last digits count up with each new id. */
  function laneOf(conversationId: string): Lane {
    const lane = Number.parseInt(conversationId.slice(-6), 16) % lanes.length;
    return lanes[lane] as Lane;
  }
}

const refusal = (detail: string): AppError =>
  new AppError('unavailable', { detail, retryAfterMs: 1_000 });

function toNotice(message: MessageView): Notice {
  const room = rooms.conversation(message.conversationId);
  return { room, name: 'message:created', payload: message };
}
