import { io } from 'socket.io-client';
import { createApi } from '../../client/api.ts';
import { createChat } from '../../client/chat.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import type { Acknowledgement } from '../../src/contract/errors.ts';
import type { SendResult } from '../../src/contract/messages.ts';
import type { Ledger } from './ledger.ts';
import { pace, until, type Member, type Tally } from './member.ts';
import type { Part } from './part.ts';

/** What a writer has in its outbox at most: one is under way, the others make it go on at once. */
const ahead = 3;

/** The API of a member, whose sign-in is kept in memory. */
export function apiOf(part: Part) {
  let session = part.session as SessionView | null;
  return createApi(part.url, {
    load: () => session,
    save: (next) => void (session = next),
  });
}

/** A member with the project's own client, whole; its acknowledgements are overheard. */
export function createChatMember(part: Part, ledger: Ledger, tally: Tally): Member {
  const { room } = part;
  const api = apiOf(part);
  let number = 0;
  const chat = createChat({
    url: part.url,
    token: api.token,
    io: (url, options) => {
      const socket = io(url, options);
      socket.on('disconnect', tally.disconnected);
      const ask = socket.emitWithAck.bind(socket);
      socket.emitWithAck = async (name: string, ...args: unknown[]) => {
        if (name !== 'message:send') return ask(name, ...args);
        const startedAt = performance.now();
        const note = (outcome: string): void =>
          tally.note({ outcome, ms: performance.now() - startedAt });
        const answer = (await ask(name, ...args).catch((error: unknown) => {
          note('lost');
          throw error;
        })) as Acknowledgement<SendResult>;
        note(answer.ok ? 'ok' : answer.error.code);
        if (answer.ok) ledger.acked(room, answer.data.message.id, answer.data.message.seq);
        return answer as never;
      };
      return socket;
    },
  });
  const pacer = pace(part.perSecond, () => {
    if (part.perSecond > 0) return write();
    while (chat.waiting(room).length < ahead) write();
  });

  function write(): void {
    const { id } = chat.send(room, `${part.name} ${(number += 1)}`);
    ledger.sent(room, id, number);
  }

  return {
    part,
    chat,
    async ready() {
      if (!(await until(() => chat.timeline(room) !== undefined, 30_000)))
        throw new Error(`${part.name} hears nothing of its conversation`);
    },
    start: part.how === 'chat' ? pacer.start : () => {},
    stop: pacer.stop,
    get waiting() {
      return chat.waiting(room).length;
    },
    close: chat.close,
  };
}
