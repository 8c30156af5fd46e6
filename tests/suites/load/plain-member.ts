import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Acknowledgement } from '../../src/contract/errors.ts';
import type { SendResult } from '../../src/contract/messages.ts';
import { apiOf } from './chat-member.ts';
import type { Ledger } from './ledger.ts';
import { pace, until, type Member, type Tally } from './member.ts';
import type { Part } from './part.ts';

/** Sends that go out together; the next ones follow when all of them have their answers. */
const burst = 8;
const answerMs = 10_000;
const pauseMs = 300;

interface Item {
  readonly id: string;
  readonly content: string;
}

/**
 * A writer on a bare socket that sends several at once, in order. What has no acknowledgement is sent again
 * from its first on, with the same id, once everything under way has an end.
 */
export function createPlainMember(part: Part, ledger: Ledger, tally: Tally): Member {
  const { room } = part;
  const api = apiOf(part);
  const socket: Socket = io(part.url, {
    transports: ['websocket'],
    forceNew: true,
    auth: (give) => void api.token().then((token) => give({ token })),
  });
  const unacked: Item[] = [];
  let number = 0;
  let next = 0;
  let underWay = 0;
  let isReady = false;
  let isBroken = false;

  function pump(): void {
    // Nothing is on the wire behind a failure but what was sent with it: that keeps the order.
    if (!isReady || isBroken || underWay > 0) return;
    while (underWay < burst && next < unacked.length) void send(unacked[next++] as Item);
  }

  async function send(item: Item): Promise<void> {
    underWay += 1;
    const startedAt = performance.now();
    const answer = await (
      socket
        .timeout(answerMs)
        .emitWithAck('message:send', { conversationId: room, ...item }) as Promise<
        Acknowledgement<SendResult>
      >
    ).catch(() => null);
    underWay -= 1;
    const outcome = answer === null ? 'lost' : answer.ok ? 'ok' : answer.error.code;
    tally.note({ outcome, ms: performance.now() - startedAt });
    if (answer?.ok) {
      ledger.acked(room, item.id, answer.data.message.seq);
      unacked.splice(unacked.indexOf(item), 1);
      next -= 1;
    } else isBroken = true;
    if (isBroken && underWay === 0) setTimeout(repeat, pauseMs);
    pump();
  }

  function repeat(): void {
    isBroken = false;
    next = 0;
    pump();
  }

  socket.on('ready', () => {
    isReady = true;
    pump();
  });
  socket.on('disconnect', (reason) => {
    isReady = false;
    tally.disconnected();
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), pauseMs);
  });
  socket.on('connect_error', () => {
    if (!socket.active) setTimeout(() => socket.connect(), pauseMs);
  });

  function write(): void {
    const item = { id: randomUUID(), content: `${part.name} ${(number += 1)}` };
    ledger.sent(room, item.id, number);
    unacked.push(item);
  }

  const pacer = pace(part.perSecond, () => {
    if (part.perSecond > 0) write();
    else while (unacked.length < 2 * burst) write();
    pump();
  });

  return {
    part,
    async ready() {
      if (!(await until(() => isReady, 30_000))) throw new Error(`${part.name} is not ready`);
    },
    start: pacer.start,
    stop: pacer.stop,
    get waiting() {
      return unacked.length;
    },
    close: () => void socket.disconnect(),
  };
}
