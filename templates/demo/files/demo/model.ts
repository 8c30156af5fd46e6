import type { io as Io } from 'socket.io-client';
import type { Api } from '../client/api.ts';
import { createChat, type Chat } from '../client/chat.ts';
import { loadOlder } from '../client/history.ts';
import type { Timeline } from '../client/timeline.ts';
import { unreadOf } from '../client/unread.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { UserView } from '../src/contract/users.ts';
import { createList, type ConversationList } from './list.ts';
import { createPeople, type People } from './people.ts';
import { createSignals, type Signals } from './signals.ts';

// The library's own script stands in the page before this one.
const { io } = globalThis as unknown as { io: typeof Io };

/** Nobody waits for more pages than these until what they look for is there. */
const maxPages = 40;

/** What the page shows. */
export interface Model {
  readonly me: UserView;
  readonly api: Api;
  readonly chat: Chat;
  readonly list: ConversationList;
  readonly people: People;
  readonly signals: Signals;
  /** The open conversation. */
  readonly open: ConversationView | undefined;
  titleOf(row: ConversationView): string;
  isOnline(userId: string | undefined): boolean;
  unread(row: ConversationView): number;
  /** Opens a conversation; one that the user is not in closes what is open. */
  select(conversationId: string | null): Promise<void>;
  /** Takes a conversation that the user has just come into. */
  enter(row: ConversationView): Promise<void>;
  /** Loads the page before what is loaded of the open conversation. */
  loadOlder(): Promise<void>;
  /** Loads pages back to a place of the open conversation; whether it is loaded then. */
  loadBackTo(seq: number): Promise<boolean>;
  /** The user has seen the end of the open conversation. */
  markRead(): void;
  close(): void;
}

/** Connects as the signed-in user; `changed` is called whenever something to show changed. */
export async function createModel(
  api: Api,
  changed: () => void,
  signedOut: () => void,
): Promise<Model> {
  const [me, commands] = await Promise.all([
    api.call<UserView>('GET', '/users/me'),
    readCommands(),
  ]);
  const live = new Set<string>();
  const paging = new Map<string, Promise<void>>();
  let selected: string | null = null;

  const people = createPeople(api, changed);
  const chat = createChat({
    url: location.origin,
    io,
    token: api.token,
    page: window,
    changed: onChange,
    refused: signedOut,
  });
  const signals = createSignals(chat.socket, commands, changed);
  const list = createList({
    api,
    timeline: chat.timeline,
    changed(row) {
      if (row.otherUser) people.keep(row.otherUser);
      changed();
    },
  });
  people.keep(me);
  listen();
  await list.loadMore().catch((error: unknown) => {
    chat.close();
    throw error;
  });
  watch();

  function listen(): void {
    const { socket } = chat;
    socket.on('ready', ({ heads }) => {
      // What was read while the server did not hear it.
      for (const { conversationId, lastReadSeq } of heads) {
        const readSeq = chat.timeline(conversationId)?.readSeq ?? 0;
        if (readSeq > lastReadSeq) signals.read(conversationId, readSeq);
      }
    });
    socket.on('conversation:updated', list.update);
    socket.on('notifications:updated', ({ conversationId, ...notifications }) => {
      const row = list.get(conversationId);
      if (row !== undefined) list.keep({ ...row, notifications });
    });
    for (const notice of ['member:added', 'member:updated', 'member:removed'] as const)
      socket.on(notice, ({ conversationId, user }) => {
        people.keep(user);
        if (list.get(conversationId) === undefined) return;
        void list.load(conversationId);
        if (conversationId === selected) void loadMembers(conversationId).catch(() => {});
      });
  }

  function onChange(conversationId: string): void {
    const timeline = chat.timeline(conversationId);
    if (timeline !== undefined) onTimeline(conversationId, timeline);
    // Gone, if it was there: a message may wait to be sent before the server has named it.
    else if (live.delete(conversationId)) list.forget(conversationId);
    changed();
  }

  function onTimeline(conversationId: string, timeline: Timeline): void {
    // Where nobody keeps how far the user has read, what was there before counts as read.
    if (!live.has(conversationId) && !signals.hasReceipts) timeline.read(timeline.seq);
    live.add(conversationId);
    const isWanted = !list.hasMore || timeline.messages().length > 0;
    if (list.get(conversationId) === undefined && isWanted) void list.load(conversationId);
    if (conversationId === selected) fill(timeline);
  }

  async function loadMembers(conversationId: string): Promise<void> {
    for (const { user, lastReadSeq } of await people.loadMembers(conversationId))
      signals.hadRead(conversationId, user.id, lastReadSeq);
    watch();
  }

  /** Follows the others of direct conversations, and who is in the open one. */
  function watch(): void {
    const others = list.all().flatMap((row) => row.otherUser?.id ?? []);
    const members = people.members(selected ?? '').map(({ user }) => user.id);
    const users = [...members, ...others].filter((id) => id !== me.id);
    signals.watch(new Set(users.slice(0, 200)));
  }

  /** The open conversation has its latest page as soon as the server has named it. */
  function fill(timeline: Timeline | undefined): void {
    if (timeline?.messages().length === 0) loadPage().catch(() => {});
  }

  function loadPage(): Promise<void> {
    const id = selected;
    const timeline = id === null ? undefined : chat.timeline(id);
    if (id === null || timeline === undefined) return Promise.resolve();
    const page =
      paging.get(id) ??
      loadOlder(api, id, timeline).finally(() => {
        paging.delete(id);
        changed();
      });
    paging.set(id, page);
    return page;
  }

  async function loadBackTo(seq: number): Promise<boolean> {
    const id = selected;
    const timeline = chat.timeline(id ?? '');
    if (timeline === undefined) return false;
    for (let pages = 0; pages < maxPages; pages += 1) {
      if (timeline.firstSeq <= seq) return true;
      await loadPage();
      if (selected !== id) return false;
    }
    return timeline.firstSeq <= seq;
  }

  async function select(conversationId: string | null): Promise<void> {
    selected = conversationId;
    changed();
    if (conversationId === null) return;
    fill(chat.timeline(conversationId));
    if (list.get(conversationId) === undefined) await list.load(conversationId);
    if (list.get(conversationId) !== undefined) await loadMembers(conversationId);
    else if (selected === conversationId) await select(null);
  }

  return {
    me,
    api,
    chat,
    list,
    people,
    signals,
    get open() {
      return selected === null ? undefined : list.get(selected);
    },
    titleOf: (row) => row.otherUser?.displayName ?? row.name ?? 'Conversation',
    isOnline: (userId) => signals.presence(userId ?? '')?.status === 'online',
    unread(row) {
      const timeline = chat.timeline(row.id);
      if (timeline !== undefined) return unreadOf(timeline, me.id, row);
      return signals.hasReceipts ? row.unread : 0;
    },
    select,
    async enter(row) {
      list.keep(row);
      watch();
      await chat.check();
    },
    loadOlder: loadPage,
    loadBackTo,
    markRead() {
      const timeline = selected === null ? undefined : chat.timeline(selected);
      if (selected === null || timeline === undefined || timeline.seq <= timeline.readSeq) return;
      timeline.read(timeline.seq);
      signals.read(selected, timeline.seq);
      changed();
    },
    close: chat.close,
  };
}

/** Which commands this backend has: some belong to features that it may not have. */
async function readCommands(): Promise<ReadonlySet<string>> {
  const response = await fetch('/demo/commands.json');
  return new Set((await response.json()) as string[]);
}
