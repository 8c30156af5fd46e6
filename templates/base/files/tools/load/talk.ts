import { setTimeout as sleep } from 'node:timers/promises';
import { newMessageId } from '../../client/message-id.ts';
import type { Member, Room } from './crowd.ts';
import type { SentMessage } from './ledger.ts';
import type { LoadOptions } from './options.ts';
import { createTimes, type Times } from './times.ts';

/** What was said in a room, in the order of sending. */
export type Ledgers = ReadonlyMap<string, readonly SentMessage[]>;

/** How a talk went. */
export interface Talk {
  readonly ledgers: Ledgers;
  readonly acknowledged: number;
  /** Codes of refusals, each with how often it came. */
  readonly refused: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** From a send to its acknowledgement. */
  readonly answers: Times;
  /** From a send to its notice at each member. */
  readonly notices: Times;
  /** How many notices there should be. */
  readonly noticesDue: number;
}

const answerMs = 20_000;
const settleMs = 500; // for the last notices
const tickMs = 5;

/** Lets the members of all rooms talk for a time, and waits for the last answers. */
export async function talk(rooms: readonly Room[], options: LoadOptions): Promise<Talk> {
  const speakers = rooms.flatMap((room) => room.members.map((member) => ({ room, member })));
  const ledgers = new Map<string, SentMessage[]>(rooms.map(({ id }) => [id, []]));
  const startedAt = new Map<string, number>();
  const refused = new Map<string, number>();
  const [answers, notices] = [createTimes(), createTimes()];
  let noticesDue = 0;
  let count = 0;

  for (const { member } of speakers)
    member.socket.on('message:created', ({ id }) => {
      const at = startedAt.get(id);
      if (at !== undefined) notices.add(performance.now() - at);
    });

  async function say(room: Room, { id: sender, socket }: Member): Promise<void> {
    const id = newMessageId();
    count += 1;
    const content = `Message ${count} of the load, as long as people write in a chat to each other.`;
    const message: SentMessage = { id, sender, content, seq: undefined };
    ledgers.get(room.id)?.push(message);
    const at = performance.now();
    startedAt.set(id, at);
    const answer = await socket
      .timeout(answerMs)
      .emitWithAck('message:send', { conversationId: room.id, id, content })
      .catch(() => null);
    if (answer?.ok) {
      message.seq = answer.data.message.seq;
      answers.add(performance.now() - at);
      noticesDue += room.members.length;
      return;
    }
    const code = answer?.error.code ?? 'no answer';
    refused.set(code, (refused.get(code) ?? 0) + 1);
    await sleep(answer?.error.retryAfterMs ?? 0);
  }

  const begin = performance.now();
  const end = begin + options.seconds * 1_000;
  if (options.rate === 0)
    await Promise.all(
      speakers.map(async ({ room, member }) => {
        while (performance.now() < end) await say(room, member);
      }),
    );
  else
    await atRate(options.rate, end, (turn) => {
      const { room, member } = speakers[turn % speakers.length] as (typeof speakers)[0];
      return say(room, member);
    });
  const seconds = (performance.now() - begin) / 1_000;
  await sleep(settleMs);
  return { ledgers, acknowledged: answers.count, refused, seconds, answers, notices, noticesDue };
}

/** Starts `work` so many times a second, however long one of them takes. */
async function atRate(
  perSecond: number,
  end: number,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  const begin = performance.now();
  const running: Promise<void>[] = [];
  for (let now = begin; now < end; now = performance.now()) {
    const due = Math.floor(((now - begin) / 1_000) * perSecond);
    while (running.length < due) running.push(work(running.length));
    await sleep(tickMs);
  }
  await Promise.all(running);
}
