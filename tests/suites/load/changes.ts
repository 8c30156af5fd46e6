import { io } from 'socket.io-client';
import { createApi } from '../../client/api.ts';
import { createChat, type Chat } from '../../client/chat.ts';
import { loadOlder } from '../../client/history.ts';
import { createReactions } from '../../client/reactions.ts';
import type { SessionView } from '../../src/contract/auth.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { Changer } from './changer.ts';
import type { SeenMessage } from './done.ts';
import { until } from './member.ts';
import { serve } from './rpc.ts';

interface Storm {
  readonly urls: readonly string[];
  readonly room: string;
  /** Each user changes at one node and looks at the next one. */
  readonly sessions: readonly SessionView[];
  readonly seed: number;
}

let changers: Changer[] = [];
let lookers: { readonly chat: Chat; readonly userId: string }[] = [];
let room = '';

// Members of one conversation change its messages without pause; one message each is there already.
serve({
  async open(storm: Storm) {
    const { urls, sessions, seed } = storm;
    ({ room } = storm);
    const messages = await historyOf(urls[0] ?? '', sessions[0] as SessionView);
    changers = sessions.map(
      (session, index) =>
        new Changer(urls[index % urls.length] ?? '', session, messages, seed + index),
    );
    lookers = await Promise.all(
      sessions.map((session, index) => look(urls[(index + 1) % urls.length] ?? '', session)),
    );
  },
  start: () => changers.forEach((changer) => void changer.work()),
  /** Ends it once every change is acknowledged; what each user has done, and what was wrong. */
  async stop({ withinMs }: { readonly withinMs: number }) {
    changers.forEach((changer) => changer.stop());
    const isDone = await until(() => changers.every(({ isIdle }) => isIdle), withinMs);
    const wrong = changers.flatMap((changer) => changer.wrong);
    return {
      done: changers.map(({ done }) => done),
      wrong: isDone ? wrong : [...wrong, 'a change has no answer'],
    };
  },
  /** How many changes are acknowledged at each node, and the longest time in which none was. */
  tally() {
    const acked: Record<string, number> = {};
    for (const { url, ackedAt } of changers) acked[url] = (acked[url] ?? 0) + ackedAt.length;
    const times = changers.flatMap(({ ackedAt }) => ackedAt).toSorted((a, b) => a - b);
    const pauses = times.map((at, index) => at - (times[index - 1] ?? at));
    return { acked, longestPauseMs: Math.max(0, ...pauses) };
  },
  /** What each user's client shows, by user, as it has come to know it. */
  views: () =>
    Object.fromEntries(
      lookers.map(({ chat, userId }) => [
        userId,
        (chat.timeline(room)?.messages() ?? []).map(toSeen),
      ]),
    ),
  /** Compares with the server now, instead of once a minute. */
  check: () => Promise.all(lookers.map(({ chat }) => chat.check())),
});

/** A client of a user that has the whole history, and hears. */
async function look(url: string, session: SessionView) {
  const token = async (): Promise<string> => session.accessToken;
  const chat = createChat({ url, io, token });
  createReactions(chat, session.user.id, () => {});
  if (!(await until(() => chat.timeline(room) !== undefined, 30_000)))
    throw new Error(`${session.user.username} hears nothing of its conversation`);
  const api = createApi(url, { load: () => session, save: () => {} });
  await loadOlder(api, room, chat.timeline(room)!);
  return { chat, userId: session.user.id };
}

async function historyOf(url: string, session: SessionView): Promise<MessageView[]> {
  const api = createApi(url, { load: () => session, save: () => {} });
  const path = `/conversations/${room}/messages?limit=100`;
  return (await api.call<{ items: MessageView[] }>('GET', path)).items;
}

const toSeen = ({
  id,
  rev,
  content,
  reactions = [],
  myReactions = [],
}: MessageView): SeenMessage => ({
  id,
  rev,
  content,
  reactions: reactions
    .map(({ key, count }) => `${key} ${count}`)
    .toSorted()
    .join(),
  mine: myReactions.toSorted(),
});
