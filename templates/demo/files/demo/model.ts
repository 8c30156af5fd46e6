import { io } from 'socket.io-client';
import { createChat, type Chat } from '../client/chat.ts';
import type { Api } from '../client/api.ts';
import type { ConversationView, MemberView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { UserView } from '../src/contract/users.ts';
import { createSignals, type Signals } from './signals.ts';

/** What the page shows, and what its user can do. */
export interface Model {
  readonly me: UserView;
  readonly chat: Chat;
  readonly signals: Signals;
  readonly selected: string | null;
  /** The conversations of the user, the latest first. */
  conversations(): ConversationView[];
  titleOf(conversation: ConversationView): string;
  nameOf(userId: string): string;
  unread(conversation: ConversationView): number;
  select(conversationId: string | null): Promise<void>;
  /** Loads the page of history before the first loaded message; false when there is none. */
  loadOlder(conversationId: string): Promise<boolean>;
  openDirect(userId: string): Promise<void>;
  createGroup(name: string, isPublic: boolean): Promise<void>;
  join(conversationId: string): Promise<void>;
  search(text: string): Promise<{ users: UserView[]; conversations: ConversationView[] }>;
  edit(message: MessageView, content: string): Promise<void>;
  remove(message: MessageView): Promise<void>;
  close(): void;
}

type Items<Item> = { items: Item[] };

/** Connects as the signed-in user; `changed` is called whenever something to show changed. */
export async function createModel(
  api: Api,
  changed: () => void,
  signedOut: () => void,
): Promise<Model> {
  const me = (await api.call<UserView>('GET', '/users/me')) satisfies UserView;
  const rows = new Map<string, ConversationView>();
  const names = new Map<string, string>([[me.id, me.displayName]]);
  const read = new Map<string, number>();
  let selected: string | null = null;

  const chat = createChat({
    url: location.origin,
    io,
    token: api.token,
    changed: onChange,
    refused: signedOut,
  });
  const signals = await createSignals(chat, changed);
  const known = new Set<string>();

  function onChange(conversationId: string): void {
    if (chat.timeline(conversationId) === undefined) {
      if (rows.delete(conversationId) && selected === conversationId) selected = null;
    } else if (!rows.has(conversationId)) void load(conversationId);
    if (conversationId === selected) markRead(conversationId);
    changed();
  }

  function keep(row: ConversationView): void {
    rows.set(row.id, row);
    read.set(row.id, Math.max(read.get(row.id) ?? 0, row.lastReadSeq));
    if (row.otherUser) {
      names.set(row.otherUser.id, row.otherUser.displayName);
      signals.watch(row.otherUser.id);
    }
    changed();
  }

  async function load(conversationId: string): Promise<void> {
    if (known.has(conversationId)) return;
    known.add(conversationId);
    try {
      keep(await api.call('GET', `/conversations/${conversationId}`));
    } finally {
      known.delete(conversationId);
    }
  }

  function markRead(conversationId: string): void {
    const seq = chat.timeline(conversationId)?.seq ?? 0;
    if (document.hidden || seq <= (read.get(conversationId) ?? 0)) return;
    read.set(conversationId, seq);
    signals.read(conversationId, seq);
  }

  async function loadOlder(conversationId: string): Promise<boolean> {
    const timeline = chat.timeline(conversationId);
    if (timeline === undefined) return false;
    const first = timeline.messages()[0]?.seq;
    const place = first === undefined ? '' : `?before=${first}`;
    const page = await api.call<Items<MessageView> & { hasMoreBefore: boolean }>(
      'GET',
      `/conversations/${conversationId}/messages${place}`,
    );
    timeline.page(page.items);
    changed();
    return page.hasMoreBefore;
  }

  async function loadNames(conversationId: string): Promise<void> {
    const path = `/conversations/${conversationId}/members?limit=100`;
    const members = await api.call<Items<MemberView>>('GET', path);
    for (const { user } of members.items) names.set(user.id, user.displayName);
    changed();
  }

  function nameOf(userId: string): string {
    if (!names.has(userId)) void loadName(userId);
    return names.get(userId) ?? 'Somebody';
  }

  /** Somebody who came later than the list of members, asked for once. */
  async function loadName(userId: string): Promise<void> {
    names.set(userId, 'Somebody');
    const user = await api.call<UserView>('GET', `/users/${userId}`).catch(() => null);
    if (user === null) return;
    names.set(userId, user.displayName);
    changed();
  }

  async function select(conversationId: string | null): Promise<void> {
    selected = conversationId;
    changed();
    if (conversationId === null) return;
    markRead(conversationId);
    const isEmpty = chat.timeline(conversationId)?.messages().length === 0;
    await Promise.all([loadNames(conversationId), isEmpty ? loadOlder(conversationId) : null]);
  }

  /** Shows a conversation that the user has just come into. */
  async function enter(row: ConversationView): Promise<void> {
    keep(row);
    await chat.check();
    await select(row.id);
  }

  const first = await api.call<Items<ConversationView>>('GET', '/conversations?limit=100');
  first.items.forEach(keep);

  return {
    me,
    chat,
    signals,
    get selected() {
      return selected;
    },
    conversations: () => [...rows.values()].toSorted((a, b) => latest(b).localeCompare(latest(a))),
    titleOf: (row) => row.otherUser?.displayName ?? row.name ?? 'Conversation',
    nameOf,
    unread: (row) => Math.max(0, (chat.timeline(row.id)?.seq ?? 0) - (read.get(row.id) ?? 0)),
    select,
    loadOlder,
    openDirect: async (userId) => enter(await api.call('PUT', `/conversations/direct/${userId}`)),
    createGroup: async (name, isPublic) => {
      const visibility = isPublic ? 'public' : 'private';
      await enter(await api.call('POST', '/conversations', { type: 'group', name, visibility }));
    },
    join: async (id) => enter(await api.call('POST', `/conversations/${id}/join`)),
    async search(text) {
      const prefix = encodeURIComponent(text);
      const [users, conversations] = await Promise.all([
        text.length < 3
          ? { items: [] }
          : api.call<Items<UserView>>('GET', `/users?prefix=${prefix}&limit=8`),
        api.call<Items<ConversationView>>('GET', `/conversations/public?prefix=${prefix}&limit=8`),
      ]);
      return {
        users: users.items.filter((user) => user.id !== me.id),
        conversations: conversations.items,
      };
    },
    edit: ({ conversationId, id }, content) =>
      api.call('PATCH', `/conversations/${conversationId}/messages/${id}`, { content }),
    remove: ({ conversationId, id }) =>
      api.call('DELETE', `/conversations/${conversationId}/messages/${id}`),
    close: () => chat.close(),
  };

  function latest(row: ConversationView): string {
    return (
      chat.timeline(row.id)?.messages().at(-1)?.timestamp ??
      row.lastMessage?.timestamp ??
      row.timestamp
    );
  }
}
