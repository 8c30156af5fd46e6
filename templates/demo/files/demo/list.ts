import type { Api } from '../client/api.ts';
import type { Timeline } from '../client/timeline.ts';
import type { ConversationView, SharedConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';

/** What the list of conversations needs of its surroundings. */
interface ListPorts {
  readonly api: Api;
  readonly timeline: (conversationId: string) => Timeline | undefined;
  /** A row is new or another. */
  readonly changed: (row: ConversationView) => void;
}

/** The conversations of the user, as far as they are loaded. */
export interface ConversationList {
  /** Whether there are more than those. */
  readonly hasMore: boolean;
  /** The latest first. */
  all(): ConversationView[];
  get(conversationId: string): ConversationView | undefined;
  latest(row: ConversationView): MessageView | null;
  keep(row: ConversationView): void;
  /** Takes what a notice says; what is the user's own is not in it. */
  update(shared: SharedConversationView): void;
  forget(conversationId: string): void;
  /** Loads one row; one that the user may not see is not kept. */
  load(conversationId: string): Promise<void>;
  loadMore(): Promise<void>;
}

/** Creates an empty list. */
export function createList({ api, timeline, changed }: ListPorts): ConversationList {
  const rows = new Map<string, ConversationView>();
  const loading = new Map<string, Promise<void>>();
  let cursor: string | null = '';

  function keep(row: ConversationView): void {
    rows.set(row.id, row);
    changed(row);
  }

  async function ask(conversationId: string): Promise<void> {
    const path = `/conversations/${conversationId}`;
    const row = await api.call<ConversationView>('GET', path).catch(() => null);
    if (row !== null && row.role !== null) keep(row);
  }

  function load(conversationId: string): Promise<void> {
    const asked =
      loading.get(conversationId) ??
      ask(conversationId).finally(() => loading.delete(conversationId));
    loading.set(conversationId, asked);
    return asked;
  }

  async function loadMore(): Promise<void> {
    const place = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const page = await api.call<{ items: ConversationView[]; nextCursor: string | null }>(
      'GET',
      `/conversations?limit=100${place}`,
    );
    cursor = page.nextCursor;
    page.items.forEach(keep);
  }

  function latest(row: ConversationView): MessageView | null {
    const known = timeline(row.id);
    const last = known?.messages().at(-1) ?? row.lastMessage;
    return last && known ? known.newest(last) : last;
  }

  const timeOf = (row: ConversationView): string => latest(row)?.timestamp ?? row.timestamp;

  return {
    get hasMore() {
      return cursor !== null;
    },
    all: () => [...rows.values()].toSorted((a, b) => timeOf(b).localeCompare(timeOf(a))),
    get: (conversationId) => rows.get(conversationId),
    latest,
    keep,
    update(shared) {
      const row = rows.get(shared.id);
      if (row !== undefined) keep({ ...row, ...shared });
    },
    forget: (conversationId) => void rows.delete(conversationId),
    load,
    loadMore,
  };
}
