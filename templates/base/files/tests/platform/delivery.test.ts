import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { createServer, type Socket as NetSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { systemTimers } from '../../src/platform/lib/time.ts';
import { pendingBytes } from '../../src/platform/sockets/engine-internals.ts';
import { SocketNotifier } from '../../src/platform/sockets/notifier.ts';
import { rooms, type Cluster } from '../../src/platform/sockets/socket-api.ts';
import { done, next, startApp, until, type TestApp, type TestSocket } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { setLimits } from '../support/limits.ts';

const alone: Cluster = {
  hasPeers: false,
  join: () => {},
  publish: () => {},
  request: async () => {},
  subscribe: () => {},
};

/** A notifier of its own, and what a test says by it: notices that are numbered from 0. */
class Speaker {
  count = 0;
  readonly #io: TestApp['app']['io'];
  readonly #notifier: SocketNotifier;
  readonly #room: string;

  constructor({ app: { io } }: TestApp, room: string) {
    this.#io = io;
    this.#notifier = new SocketNotifier({ io, cluster: alone, timers: systemTimers });
    this.#room = room;
  }

  notify(count: number): void {
    this.#notifier.notifyAll(
      Array.from({ length: count }, () => ({
        room: this.#room,
        name: 'problem',
        payload: this.#next(),
      })),
    );
  }

  /** The same by the library's own way, which goes through the engine. */
  emit(count: number): void {
    for (let left = count; left > 0; left -= 1)
      this.#io.to(this.#room).emit('problem', this.#next());
  }

  #next() {
    const event = String(this.count);
    this.count += 1;
    // Short ones, and some whose length needs more bytes in a frame.
    return { event, code: 'malformed', detail: 'ä'.repeat((this.count * 37) % 1_500) } as const;
  }
}

/** The numbers of a speaker, as a socket hears them. */
function hear(socket: TestSocket): number[] {
  const heard: number[] = [];
  socket.on('problem', ({ event }) => heard.push(Number(event)));
  return heard;
}

/** The TCP connection of a client: paused, it reads nothing. */
const tcpSocketOf = (socket: TestSocket): NetSocket =>
  (socket.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } }).transport.ws
    ._socket;

it('8,000 notices reach a room in order and once, a stalled reader too, whatever is said between', async () => {
  // The stalled reader stays, and nothing asks whether it is still there.
  setLimits('socket', { slowConsumerBytes: 2 ** 30, slowConsumerHeldBytes: 2 ** 30 });
  setLimits('socket', { pingIntervalMs: 600_000 });
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const sockets = await Promise.all(Array.from({ length: 6 }, () => owner.connect()));
  const heard = sockets.map(hear);
  const [stalled, ...others] = sockets as [TestSocket, ...TestSocket[]];
  const speaker = new Speaker(app, rooms.conversation(conversationId));
  const late: number[] = [];

  tcpSocketOf(stalled).pause();
  for (let round = 0; round < 400; round += 1) {
    if (round % 5 === 4) speaker.emit(20);
    else speaker.notify(20);
    if (round % 7 === 0) {
      const asking = 1 + (round % others.length);
      const said = speaker.count;
      await done(sockets[asking]!, 'conversation:heads', {});
      if (heard[asking]!.length < said) late.push(round);
    } else if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { conn } = app.app.io.of('/').sockets.get(stalled.id!)!;
  expect(pendingBytes(conn)).toBeGreaterThan(1_000_000);
  tcpSocketOf(stalled).resume();

  await until(() => heard.every((numbers) => numbers.length >= speaker.count));
  for (const socket of sockets) await done(socket, 'conversation:heads', {}); // behind what came twice
  const all = Array.from({ length: 8_000 }, (_, index) => index);
  for (const numbers of heard) expect(numbers).toEqual(all);
  expect(late).toEqual([]);
});

it('notices to several rooms at once reach each member once, in the order of each room', async () => {
  const app = await startApp();
  const { owner, others } = await app.group(2);
  const [first, second] = await Promise.all([owner, others[0]!].map((user) => user.connect()));
  const [heard, heardBySecond] = [hear(first!), hear(second!)];
  const notifier = new SocketNotifier({ io: app.app.io, cluster: alone, timers: systemTimers });
  const to = (user: { id: string }, event: number) =>
    ({
      room: rooms.user(user.id),
      name: 'problem',
      payload: { event: String(event), code: 'malformed', detail: '' },
    }) as const;
  const nobody = { id: 'nobody' };
  notifier.notifyAll([to(owner, 0), to(others[0]!, 1), to(nobody, 2), to(owner, 3)]);
  notifier.notify(to(owner, 4), { except: [rooms.user(owner.id)] });
  notifier.notify(to(owner, 5), { volatile: true });
  await Promise.all([first, second].map((socket) => done(socket!, 'conversation:heads', {})));
  expect([heard, heardBySecond]).toEqual([[0, 3, 5], [1]]);
});

it('a notice that may be dropped is not added to what a reader has not read', async () => {
  setLimits('socket', { pingIntervalMs: 600_000 });
  const app = await startApp();
  const { owner } = await app.group(1);
  const [stalled, good] = [await owner.connect(), await owner.connect()];
  const notifier = new SocketNotifier({ io: app.app.io, cluster: alone, timers: systemTimers });
  const say = (event: string, volatile: boolean): void =>
    notifier.notify(
      {
        room: rooms.user(owner.id),
        name: 'problem',
        payload: { event, code: 'malformed', detail: 'x'.repeat(200_000) },
      },
      { volatile },
    );
  const { conn } = app.app.io.of('/').sockets.get(stalled.id!)!;
  tcpSocketOf(stalled).pause();
  const heard = hear(good);
  for (let count = 0; pendingBytes(conn) === 0; count += 1) {
    say(String(count), false);
    await until(() => heard.length > count);
  }
  const [waiting, before] = [pendingBytes(conn), heard.length];
  say('1', true);
  await until(() => heard.length > before);
  expect(pendingBytes(conn)).toBeLessThanOrEqual(waiting);
});

it('over long polling notices go through the engine, in order', async () => {
  const app = await startApp({ SOCKET_POLLING: 'true' });
  const { owner } = await app.group(1);
  const socket = app.open(owner.token, { transports: ['polling'] });
  await next(socket, 'ready');
  const heard = hear(socket);
  const speaker = new Speaker(app, rooms.user(owner.id));
  for (let round = 0; round < 10; round += 1) {
    speaker.notify(5);
    speaker.emit(5);
  }
  await until(() => heard.length >= speaker.count);
  expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => index));
});

/**
 * A Unix socket before the app, for clients that stall: of what nobody reads its kernel keeps a
 * twentieth of what it keeps of TCP, so that 200 of them take no gigabyte of the machine.
 */
async function listenOnUnixSocket({ app }: TestApp): Promise<Agent> {
  const directory = mkdtempSync(join(tmpdir(), 'sockets-'));
  const socketPath = join(directory, 'app');
  const server = createServer((socket) => void app.http.emit('connection', socket));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });
  return new Agent({ socketPath } as ConstructorParameters<typeof Agent>[0]);
}

it('F24 C61 closes 200 readers of a room that read nothing, and what waits for them exists once', async () => {
  const app = await startApp();
  const agent = await listenOnUnixSocket(app);
  const { conversationId, owner, others } = await app.group(21);
  const [sender, good] = [await owner.connect(), await owner.connect()];
  const slow = others.flatMap(({ token }) =>
    Array.from({ length: 10 }, () => app.open(token, { agent })),
  );
  await Promise.all(slow.map((socket) => next(socket, 'ready')));
  const heard: number[] = [];
  good.on('message:created', ({ seq }: MessageView) => heard.push(seq));
  const { sockets } = app.app.io.of('/');
  expect(sockets.size).toBe(202);
  const held = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;
  const before = held();

  for (const socket of slow) tcpSocketOf(socket).pause();
  const content = '😀'.repeat(limits.message.contentCharacters); // 16,000 bytes
  let sent = 0;
  let most = 0;
  while (sockets.size > 2 && sent < 4_000) {
    const send = () => done(sender, 'message:send', { conversationId, id: randomUUID(), content });
    await Promise.all(Array.from({ length: 50 }, send));
    sent += 50;
    await until(() => heard.length >= sent);
    most = Math.max(most, held() - before);
  }
  expect(sockets.size).toBe(2);
  // They have 800 MiB waiting together when they are closed.
  expect(most).toBeLessThan(256 * 1024 * 1024);
  expect(heard).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
});
