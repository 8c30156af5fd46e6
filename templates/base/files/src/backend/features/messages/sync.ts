import { limits } from '../../../configs/limits.ts';
import type {
  HeadView,
  MessageView,
  SyncCursor,
  SyncedConversation,
} from '../../../contract/messages.ts';
import { AppError } from '../../shared/app-error.ts';
import { createBatch } from '../../shared/batch.ts';
import type { Heads } from '../../sockets/hub.ts';
import type { MessagePorts } from './ports.ts';
import { toMessageView } from './views.ts';

const { page, sync: limit } = limits;
const envelopeBytes = 512; // of an answer's conversation, its messages aside

/** What clients miss, and where their conversations stand. */
export interface Sync {
  /** For each cursor what is behind it; somebody who is not a member gets `left`. */
  conversations(
    userId: string,
    cursors: readonly SyncCursor[],
    size?: number,
  ): Promise<SyncedConversation[]>;
  /** The messages changed after a rev, as they are now, each once. */
  changes(
    conversationId: string,
    sinceRev: number,
    size?: number,
  ): Promise<{ items: MessageView[]; nextRev: number; lastRev: number; hasMore: boolean }>;
  /** All conversations of a user; asks that come within a short time share one query. */
  heads(userId: string): Promise<HeadView[]>;
}

/** Creates the resync: heads are read first and the data second, both with majority. */
export function createSync(ports: Pick<MessagePorts, 'access' | 'history' | 'memberships'>): Sync {
  const { access, history, memberships } = ports;
  const headsOfUsers = createHeadsBatch(ports);

  /** Changes in their order, until the answer is full; `nextRev` is the last one that is in it. */
  async function changed(conversationId: string, rev: number, size: number, budget: Budget) {
    const rows = await history.changesAfter(conversationId, rev, size);
    const found = await history.byIds(
      conversationId,
      rows.map((row) => row.message),
    );
    const byId = new Map(found.map((row) => [row._id.toHexString(), toMessageView(row)]));
    const items = new Map<string, MessageView>();
    let nextRev = rev;
    for (const row of rows) {
      const message = byId.get(row.message.toHexString());
      // Just after a fail-over a majority may see less than a moment ago: the rest comes next time.
      if (message !== undefined && message.rev < row.rev) break;
      if (message !== undefined && !items.has(message.id)) {
        if (!takes(message, budget)) break;
        items.set(message.id, message);
      }
      nextRev = row.rev;
    }
    return { items: [...items.values()], nextRev };
  }

  async function syncOne(
    cursor: SyncCursor,
    heads: Heads,
    size: number,
    budget: Budget,
  ): Promise<SyncedConversation> {
    const { conversationId, seq, rev } = cursor;
    const { lastSeq, lastRev } = heads;
    const isAhead = seq > lastSeq || rev > lastRev;
    const isFarBehind = lastSeq - seq > limit.resetBehind || lastRev - rev > limit.resetBehind;
    const isEven = seq === lastSeq && rev === lastRev;
    if (isEven || budget.bytes === 0) return nothingOf(cursor, heads);
    if (isAhead || isFarBehind) {
      const { items } = await history.page(conversationId, { before: lastSeq + 1 }, size);
      const messages = fit(items.toReversed(), budget).toReversed();
      // A reset without its page would leave the client with nothing to show: it asks again.
      if (messages.length < items.length && messages.length === 0) return nothingOf(cursor, heads);
      return { conversationId, reset: true, lastSeq, lastRev, messages };
    }
    const rows = seq < lastSeq ? await history.after(conversationId, seq, size) : [];
    const messages = fit(rows.map(toMessageView), budget);
    const nextSeq = messages.at(-1)?.seq ?? seq;
    const left = size - messages.length;
    const { items, nextRev } =
      rev < lastRev && left > 0 && messages.length === rows.length
        ? await changed(conversationId, rev, left, budget)
        : { items: [], nextRev: rev };
    const hasMore = nextSeq < lastSeq || nextRev < lastRev;
    return { conversationId, messages, changed: items, nextSeq, nextRev, ...heads, hasMore };
  }

  return {
    async conversations(userId, cursors, size = page.maxItems) {
      const mine = (await memberships.of([userId])).get(userId) ?? [];
      const ids = new Set(mine.map((own) => own.conversationId));
      const heads = await history.headsOf(
        cursors.map((cursor) => cursor.conversationId).filter((id) => ids.has(id)),
      );
      const budget: Budget = { bytes: limit.answerBytes - cursors.length * envelopeBytes };
      const answer: SyncedConversation[] = [];
      for (const cursor of cursors) {
        const { conversationId } = cursor;
        const head = heads.get(conversationId);
        if (head === undefined || !(await isMember(userId, conversationId)))
          answer.push({ conversationId, left: true });
        else answer.push(await syncOne(cursor, head, size, budget));
      }
      return answer;
    },
    async changes(conversationId, sinceRev, size = page.defaultItems) {
      const { lastRev } = (await history.headsOf([conversationId])).get(conversationId) ?? {
        lastRev: 0,
      };
      const budget: Budget = { bytes: limit.answerBytes - envelopeBytes };
      const { items, nextRev } = await changed(conversationId, sinceRev, size, budget);
      return { items, nextRev, lastRev, hasMore: nextRev < lastRev };
    },
    heads: headsOfUsers,
  };

  /** The gate has the last word: an archived conversation has members and is gone all the same. */
  async function isMember(userId: string, conversationId: string): Promise<boolean> {
    try {
      await access.room(userId, conversationId, 'read');
      return true;
    } catch (error) {
      if (error instanceof AppError && ['not-found', 'forbidden'].includes(error.code))
        return false;
      throw error;
    }
  }
}

/** The answer to a client that has everything, or for which there is no room this time. */
function nothingOf(
  { conversationId, seq, rev }: SyncCursor,
  { lastSeq, lastRev }: Heads,
): SyncedConversation {
  const hasMore = seq !== lastSeq || rev !== lastRev;
  const nowhere = { messages: [], changed: [], nextSeq: seq, nextRev: rev };
  return { conversationId, ...nowhere, lastSeq, lastRev, hasMore };
}

/** What is left of the size of an answer; 0 once a message had no room. */
interface Budget {
  bytes: number;
}

function takes(message: MessageView, budget: Budget): boolean {
  const bytes = Buffer.byteLength(JSON.stringify(message)) + 1;
  const hasRoom = bytes <= budget.bytes;
  budget.bytes = hasRoom ? budget.bytes - bytes : 0;
  return hasRoom;
}

/** As many of the first messages as the answer has room for. */
function fit(messages: readonly MessageView[], budget: Budget): MessageView[] {
  const end = messages.findIndex((message) => !takes(message, budget));
  return messages.slice(0, end < 0 ? messages.length : end);
}

/** Every client asks once a minute: those of a node that ask together cost one round of queries. */
function createHeadsBatch({
  history,
  memberships,
}: Pick<MessagePorts, 'history' | 'memberships'>): Sync['heads'] {
  async function load(userIds: readonly string[]): Promise<ReadonlyMap<string, HeadView[]>> {
    const mine = await memberships.of(userIds);
    const ids = new Set([...mine.values()].flat().map((own) => own.conversationId));
    const heads = await history.headsOf([...ids]);
    return new Map(
      [...mine].map(([userId, own]) => [
        userId,
        own.map(({ conversationId, lastReadSeq }) => ({
          conversationId,
          lastReadSeq,
          ...(heads.get(conversationId) ?? { lastSeq: 0, lastRev: 0 }),
        })),
      ]),
    );
  }

  const batch = createBatch(load, { gatherMs: limit.headsWindowMs });
  return async (userId) => (await batch([userId])).get(userId) ?? [];
}
