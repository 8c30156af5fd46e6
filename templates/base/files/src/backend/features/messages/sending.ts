import type { mongo } from 'mongoose';
import type { SendResult } from '../../../contract/messages.ts';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import { rooms, type Later, type Notice } from '../../sockets/hub.ts';
import { createCommit, type Numbered } from './commit.ts';
import { createKnownHeads, type HeadMove } from './heads.ts';
import { createLane } from './lane.ts';
import type { MessagePorts } from './ports.ts';
import { createSend, type SendRequest } from './sends.ts';
import { toMessageView, type StoredMessage } from './views.ts';

const headsEvent = 'heads';

/** The way of a message from acceptance to acknowledgement. */
export interface Sending {
  /**
   * Checks the right and queues the message in its lane; `later` is the verdict.
   *
   * @throws AppError as `Access.room`, `unavailable` when draining or full
   */
  send(request: SendRequest): Promise<Later<SendResult>>;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

/** Creates the send path of one node. */
export function createSending(ports: MessagePorts): Sending {
  const { access, clock, events, history, log, sockets, readMarks } = ports;
  const messages = ports.models.messages.collection as unknown as mongo.Collection<StoredMessage>;
  const heads = createKnownHeads(history.lastSeqs);
  const underWay = new Set<Promise<unknown>>();

  /** After the commit: members hear of the messages, and what may be late is noted. */
  function stored(numbered: readonly Numbered[]): void {
    const views = numbered.map(({ row }) => toMessageView(row));
    sockets.notifyAll(
      views.map((message): Notice => ({
        room: rooms.conversation(message.conversationId),
        name: 'message:created',
        payload: message,
      })),
    );
    const moves = new Map<string, number>();
    for (const message of views) {
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
    insert: (rows) =>
      messages.insertMany(rows, { ordered: true, writeConcern: { w: 'majority', journal: true } }),
    repeated: (row) => {
      const message = toMessageView(row);
      const room = rooms.conversation(message.conversationId);
      sockets.notify({ room, name: 'message:created', payload: message });
    },
  });
  const lanes = Array.from({ length: limits.lane.count }, () => createLane(commit));

  ports.database.onTopologyChange(heads.forgetAll);
  sockets.cluster.hear(headsEvent, (moves) => heads.hear(moves as HeadMove[]));

  return {
    async send(request) {
      if (sockets.isDraining)
        throw new AppError('unavailable', {
          detail: 'This node is shutting down.',
          retryAfterMs: 1_000,
        });
      await access.room(request.sender, request.conversationId, 'send');
      const send = createSend(request, {
        _id: newId(),
        conversation: toObjectId(request.conversationId),
        sender: toObjectId(request.sender),
        clientMessageId: request.clientMessageId,
        content: request.content,
        timestamp: clock.now(),
        rev: 0,
        editedAt: null,
        deletedAt: null,
      });
      laneOf(request.conversationId).push(send);
      underWay.add(send.verdict);
      const done = (): void => void underWay.delete(send.verdict);
      send.verdict.then(done, done);
      return { later: send.verdict };
    },
    async idle() {
      await Promise.allSettled(underWay);
    },
  };

  /** A conversation always falls into the same lane: its last digits count up with each new id. */
  function laneOf(conversationId: string) {
    const lane = Number.parseInt(conversationId.slice(-6), 16) % lanes.length;
    return lanes[lane] as (typeof lanes)[number];
  }
}
