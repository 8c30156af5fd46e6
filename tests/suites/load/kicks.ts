import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { MessageView } from '../../src/contract/messages.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import { createRandom } from '../support/random.ts';
import { serve } from './rpc.ts';

interface Race {
  readonly urls: readonly [string, string];
  readonly room: string;
  readonly owner: SessionView;
  readonly writer: SessionView;
  readonly victim: SessionView;
  readonly rounds: number;
  readonly seed: number;
}

// Members write at two nodes without pause while one of them is removed and added again.
serve({
  async race({ urls, room, owner, writer, victim, rounds, seed }: Race) {
    const random = createRandom(seed);
    const [one, two] = urls;
    const sockets = await Promise.all([open(one, owner), open(two, writer)]);
    const loser = await open(two, victim);
    let isGone = false;
    const over = new AbortController();
    let heard = 0;
    const leaks: string[] = [];
    loser.on('message:created', ({ content }: MessageView) => {
      heard += 1;
      // It was sent after the removal had been acknowledged, and came before the victim was back.
      if (isGone && content?.startsWith('gone')) leaks.push(content);
    });
    const writing = sockets.map(async (socket) => {
      for (let number = 0; !over.signal.aborted; number += 1) {
        const content = `${isGone ? 'gone' : 'here'} ${number}`;
        const draft = { conversationId: room, id: randomUUID(), content };
        await socket.timeout(10_000).emitWithAck('message:send', draft);
      }
    });
    const path = `/conversations/${room}`;
    for (let round = 0; round < rounds; round += 1) {
      await pause(random() * 30);
      const url = round % 2 === 0 ? one : two;
      await call(url, owner, 'DELETE', `${path}/members/${victim.user.id}`, 204);
      isGone = true;
      await call(two, victim, 'GET', `${path}/messages`, 404);
      await pause(random() * 30);
      isGone = false;
      await call(url, owner, 'PUT', `${path}/members/${victim.user.id}`, 201);
    }
    over.abort();
    await Promise.all(writing);
    for (const socket of [...sockets, loser]) socket.disconnect();
    return { leaks, heard };
  },
});

async function open(url: string, { accessToken: token }: SessionView): Promise<Socket> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token } });
  await new Promise((resolve) => socket.once('ready', resolve));
  return socket;
}

async function call(
  url: string,
  user: SessionView,
  method: string,
  path: string,
  status: number,
): Promise<void> {
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const answer = await fetch(`${url}/v1${path}`, { method, headers });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
