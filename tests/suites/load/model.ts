import { io } from 'socket.io-client';
import { createApi, type Api } from '../../client/api.ts';
import { createChat, type Chat } from '../../client/chat.ts';
import { loadOlder } from '../../client/history.ts';
import { createReactions } from '../../client/reactions.ts';
import { summaryOf } from '../../client/threads.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { createRandom } from '../support/random.ts';
import { until } from './member.ts';
import { serve } from './rpc.ts';

interface Trial {
  readonly urls: readonly string[];
  readonly room: string;
  readonly sessions: readonly SessionView[];
  readonly seed: number;
  readonly steps: number;
}

interface Actor {
  readonly chat: Chat;
  readonly api: Api;
}

/** What a network may do to notices. */
const lossy = ['message:created', 'message:updated', 'message:deleted'];
/** Comes with the notice of the message, and is late, but not lost without it. */
const late = ['reaction:mine'];
const lossShare = 0.2;
const longestDelayMs = 60;

// Members of one conversation do what chance says over a bad network; then their views are compared.
serve({
  async trial({ urls, room, sessions, seed, steps }: Trial) {
    const random = createRandom(seed);
    const network = { isBad: true };
    const actors = sessions.map((session, index): Actor => {
      const url = urls[index % urls.length] ?? '';
      const api = createApi(url, { load: () => session, save: () => {} });
      const chat = openChat(url, session, random, network);
      createReactions(chat, session.user.id, () => {});
      return { api, chat };
    });
    await until(() => actors.every(({ chat }) => chat.timeline(room) !== undefined), 20_000);
    const pages: Promise<unknown>[] = [];
    for (let step = 0; step < steps; step += 1) {
      const actor = actors[Math.floor(random() * actors.length)] as Actor;
      pages.push(act(actor, room, random, step).catch(() => {})); // refusals are part of it
      await pause(random() * 15);
    }
    network.isBad = false;
    await Promise.all(pages);
    for (const { chat } of actors) if (!chat.socket.connected) chat.socket.connect();
    await until(
      () => actors.every(({ chat }) => chat.waiting(room).every(({ problem }) => problem !== null)),
      60_000,
    );
    await until(() => actors.every(({ chat }) => chat.socket.connected), 60_000);
    await pause(longestDelayMs * 2);
    const diverged = await compare(actors, room);
    actors.forEach(({ chat }) => chat.close());
    return diverged;
  },
});

function openChat(
  url: string,
  session: SessionView,
  random: () => number,
  network: { readonly isBad: boolean },
): Chat {
  return createChat({
    url,
    token: async () => session.accessToken,
    io: (address, options) => {
      const socket = io(address, { ...options, reconnectionDelay: 50 });
      const on = socket.on.bind(socket);
      socket.on = ((name: string, listener: (...args: unknown[]) => void) => {
        if (![...lossy, ...late].includes(name)) return on(name, listener);
        return on(name, (...args: unknown[]) => {
          if (network.isBad && lossy.includes(name) && random() < lossShare) return;
          if (network.isBad && random() < 0.5)
            setTimeout(() => listener(...args), random() * longestDelayMs);
          else listener(...args);
        });
      }) as typeof socket.on;
      return socket;
    },
  });
}

async function act({ chat, api }: Actor, room: string, random: () => number, step: number) {
  const path = `/conversations/${room}/messages`;
  const timeline = chat.timeline(room);
  const seen = timeline?.messages() ?? [];
  const one = seen[Math.floor(random() * seen.length)];
  const latest = seen.at(-1 - Math.floor(random() * 2)); // many react at once to what was just said
  const choice = random();
  if (choice < 0.2) chat.send(room, `message ${step}`);
  else if (choice < 0.28 && one)
    chat.send(room, `reply ${step}`, { threadOf: one.id, replyTo: one.id });
  else if (choice < 0.36 && one)
    await api.call('PATCH', `${path}/${one.id}`, { content: `edit ${step}` });
  else if (choice < 0.4 && one) await api.call('DELETE', `${path}/${one.id}`);
  else if (choice < 0.72 && latest) await react(api, `${path}/${latest.id}`, random);
  else if (choice < 0.77 && one)
    await api.call(random() < 0.7 ? 'PUT' : 'DELETE', `${path}/${one.id}/pin`);
  else if (choice < 0.85)
    failNetwork(chat); // it comes back by itself
  else if (choice < 0.93 && timeline) await loadOlder(api, room, timeline);
  else await chat.check();
}

/** Below the library: it waits for 20 s when its own connection is closed before it is there. */
function failNetwork({ socket }: Chat): void {
  const { ws } = (socket.io.engine?.transport ?? {}) as { ws?: { terminate(): void } };
  ws?.terminate();
}

/** As another device of the user would: the timeline hears of it by notices. */
async function react(api: Api, path: string, random: () => number): Promise<void> {
  const key = encodeURIComponent(random() < 0.5 ? '👍' : ':two:');
  await api.call(random() < 0.6 ? 'PUT' : 'DELETE', `${path}/reactions/${key}`);
}

/** The names of those whose view is not what the server has. */
async function compare(actors: readonly Actor[], room: string): Promise<string[]> {
  const diverged: string[] = [];
  for (const [index, { chat, api }] of actors.entries()) {
    const stored = await historyOf(api, room);
    const truth = stored.map((message) => show(message, message.thread));
    const view = async (): Promise<string[]> => {
      await chat.check();
      const timeline = chat.timeline(room);
      if (timeline === undefined) return [];
      for (; timeline.firstSeq > 1;) await loadOlder(api, room, timeline);
      return timeline.messages().map((message) => show(message, summaryOf(timeline, message)));
    };
    let shown: string[] = [];
    // A repair that the server could not serve is tried again after some seconds.
    for (let tries = 0; tries < 20 && shown.join() !== truth.join(); tries += 1) {
      if (tries > 0) await pause(500);
      shown = await view();
    }
    const at = truth.findIndex((line, place) => shown[place] !== line);
    if (shown.join() !== truth.join())
      diverged.push(
        `client ${index}: ${shown.length} of ${truth.length}; ${at}: ${shown[at]} for ${truth[at]}`,
      );
  }
  return diverged;
}

async function historyOf(api: Api, room: string): Promise<MessageView[]> {
  const all: MessageView[] = [];
  for (let more = true; more;) {
    const path = `/conversations/${room}/messages?limit=100&after=${all.at(-1)?.seq ?? 0}`;
    const page: { items: MessageView[]; hasMoreAfter: boolean } = await api.call('GET', path);
    all.push(...page.items);
    more = page.hasMoreAfter;
  }
  return all;
}

/** What is to be the same; who has seen no answer of it does not know that they chose nothing. */
function show(message: MessageView, thread: MessageView['thread']): string {
  const { seq, rev, content, reactions = [], myReactions = [], pinned, rootSeq, replyTo } = message;
  const chosen = `${JSON.stringify(reactions)} ${myReactions.toSorted().join()}`;
  const state = message.deletedAt === null ? content : 'deleted';
  return `${seq}.${rev} ${state} ${chosen} ${pinned?.by} ${rootSeq} ${replyTo?.id} ${JSON.stringify(thread)}`;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
