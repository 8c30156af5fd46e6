import { createConnection } from 'mongoose';
import { io } from 'socket.io-client';
import { createChat, type Chat } from '../../client/chat.ts';
import type { App } from '../../src/app.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import { createModels } from '../../src/models/index.ts';
import { createSignUp } from '../support/accounts.ts';
import { until } from './member.ts';
import { serve } from './rpc.ts';

// Very many clients that only listen, as a process of its own.
let sessions: SessionView[] = [];
let chats: Chat[] = [];
/** When each client was told that it is connected, on the monotonic clock. */
let readyAt: number[] = [];
let markedAt = 0;

serve({
  /** Users in the database, as if they had registered; gives their ids. */
  async users(input: { readonly variables: Record<string, string>; readonly count: number }) {
    const connection = createConnection(input.variables['MONGODB_URI'] ?? '');
    createModels(connection);
    const app = { connection: await connection.asPromise() } as App;
    const signUp = createSignUp(app, input.variables);
    const names = Array.from({ length: input.count }, (_, index) => `crowd-${index}`);
    sessions = await signUp(names);
    await connection.close();
    return sessions.map(({ user }) => user.id);
  },
  /** Connects all of them; resolves when each was told that it is. */
  async open({ url }: { readonly url: string }) {
    mark();
    for (const [index, session] of sessions.entries()) {
      const chat = createChat({ url, io, token: async () => session.accessToken });
      chat.socket.on('ready', () => (readyAt[index] = performance.now()));
      chats.push(chat);
      if (index % 50 === 49) await until(() => ready() > index - 50, 60_000);
    }
    await until(() => ready() === sessions.length, 60_000);
    return ready();
  },
  mark,
  /** Waits until all were told again that they are connected; gives how many, and the last moment. */
  async returned({ withinMs }: { readonly withinMs: number }) {
    await until(() => ready() === chats.length, withinMs);
    return { count: ready(), lastMs: Math.max(...readyAt.map((at) => at ?? 0)) - markedAt };
  },
  /** How many have everything of a conversation up to a message, and the newest page of it. */
  complete({ room, seq }: { readonly room: string; readonly seq: number }) {
    return chats.filter((chat) => {
      const timeline = chat.timeline(room);
      return timeline !== undefined && timeline.seq >= seq && timeline.messages().length > 0;
    }).length;
  },
  /** Ends the connections, and keeps what was seen; the clients come back when they are told to. */
  away: () => chats.forEach((chat) => chat.socket.disconnect()),
  back() {
    mark();
    chats.forEach((chat) => chat.socket.connect());
  },
  /** Whether users are there, as the first of the crowd is told. */
  async online({ url, userIds }: { readonly url: string; readonly userIds: readonly string[] }) {
    const token = sessions[0]?.accessToken ?? '';
    const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token } });
    const answer = (await socket.emitWithAck('presence:subscribe', { userIds })) as {
      readonly data: { readonly presences: readonly { readonly status: string }[] };
    };
    socket.disconnect();
    return answer.data.presences.filter(({ status }) => status === 'online').length;
  },
  /** A part of them goes and others come, again and again. */
  async churn({ url, forMs, share }: { url: string; forMs: number; share: number }) {
    const end = Date.now() + forMs;
    for (let turn = 0; Date.now() < end; turn += 1) {
      const place = turn % chats.length;
      chats[place]?.close();
      const token = sessions[place]?.accessToken ?? '';
      chats[place] = createChat({ url, io, token: async () => token });
      await new Promise((resolve) => setTimeout(resolve, 60_000 / (chats.length * share)));
    }
  },
  close() {
    chats.forEach((chat) => chat.close());
    chats = [];
  },
});

function mark(): void {
  readyAt = [];
  markedAt = performance.now();
}

const ready = (): number => readyAt.filter((at) => at !== undefined).length;
