import { limits } from '../../configs/limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import type { HeadView, SyncCursor, SyncedConversation } from '../../contract/sync.ts';
import { Loader, perConnect } from '../../platform/lib/loader.ts';
import type { Heads, OwnMembership } from '../../platform/sockets/socket-api.ts';
import { mayRead } from '../shared/access.ts';
import type { MessagePorts } from './ports.ts';

const { page, sync: limit } = limits;
const envelopeBytes = 512; // of an answer's conversation, its messages aside

type SyncPorts = Pick<MessagePorts, 'access' | 'history' | 'memberships' | 'parts'>;

/** What clients miss, and where their conversations stand: heads are read first, the data second. */
export class Sync {
  readonly #ports: SyncPorts;
  // Who asks together shares queries: for heads every client once a minute, all after a restart.
  readonly #heads: Loader<HeadView[]>;
  readonly #memberships: Loader<readonly OwnMembership[]>;
  readonly #numbers: Loader<Heads>;

  constructor(ports: SyncPorts) {
    this.#ports = ports;
    this.#memberships = new Loader((userIds) => ports.memberships.of(userIds), perConnect);
    this.#numbers = new Loader((ids) => ports.history.headsOf(ids), perConnect);
    this.#heads = new Loader((userIds) => this.#headsOf(userIds), {
      gatherMs: limit.headsWindowMs,
    });
  }

  /** For each cursor what is behind it; somebody who is not a member gets `left`. */
  async conversations(
    userId: string,
    cursors: readonly SyncCursor[],
    size: number = page.maxItems,
  ): Promise<SyncedConversation[]> {
    const ids = new Set((await this.#memberships.one(userId))?.map((own) => own.conversationId));
    const asked = cursors.map((cursor) => cursor.conversationId).filter((id) => ids.has(id));
    const heads = await this.#numbers.all(asked);
    const budget: Budget = { bytes: limit.answerBytes - cursors.length * envelopeBytes };
    const answer: SyncedConversation[] = [];
    for (const cursor of cursors) {
      const { conversationId } = cursor;
      const head = ids.has(conversationId) ? heads.get(conversationId) : undefined;
      // An archived conversation has members and is gone all the same.
      if (head === undefined || !(await mayRead(this.#ports.access, userId, conversationId)))
        answer.push({ conversationId, left: true });
      else answer.push(await this.#conversation({ ...cursor, userId }, head, size, budget));
    }
    return answer;
  }

  /** The messages changed after a rev, as they are now, each once. */
  async changes(
    userId: string,
    conversationId: string,
    sinceRev: number,
    size: number = page.defaultItems,
  ): Promise<{ items: MessageView[]; nextRev: number; lastRev: number; hasMore: boolean }> {
    const heads = await this.#ports.history.headsOf([conversationId]);
    const lastRev = heads.get(conversationId)?.lastRev ?? 0;
    const budget: Budget = { bytes: limit.answerBytes - envelopeBytes };
    const place = { userId, conversationId, rev: sinceRev };
    const { items, nextRev } = await this.#changed(place, size, budget);
    return { items, nextRev, lastRev, hasMore: nextRev < lastRev };
  }

  /** All conversations of a user; asks that come within a short time share one query. */
  async heads(userId: string): Promise<HeadView[]> {
    return (await this.#heads.one(userId)) ?? [];
  }

  async #conversation(
    cursor: Asked,
    heads: Heads,
    size: number,
    budget: Budget,
  ): Promise<SyncedConversation> {
    const { seq, rev } = cursor;
    const { lastSeq, lastRev } = heads;
    const isAhead = seq > lastSeq || rev > lastRev;
    const isFarBehind = lastSeq - seq > limit.resetBehind || lastRev - rev > limit.resetBehind;
    const isEven = seq === lastSeq && rev === lastRev;
    if (isEven || budget.bytes === 0) return nothingOf(cursor, heads);
    return isAhead || isFarBehind
      ? this.#reset(cursor, heads, size, budget)
      : this.#missed(cursor, heads, size, budget);
  }

  /** The latest page, for a client that is too far behind, or ahead after a restore. */
  async #reset(
    cursor: Asked,
    heads: Heads,
    size: number,
    budget: Budget,
  ): Promise<SyncedConversation> {
    const { conversationId, userId } = cursor;
    const before = heads.lastSeq + 1;
    const { history, parts } = this.#ports;
    const latest = await history.page(conversationId, { before }, size);
    const items = await parts.toReader(userId, latest.items);
    const messages = fit(items.toReversed(), budget).toReversed();
    // A reset without its page would leave the client with nothing to show: it asks again.
    if (messages.length < items.length && messages.length === 0) return nothingOf(cursor, heads);
    return { conversationId, reset: true, ...heads, messages };
  }

  /** Messages behind the cursor, and once they are all there the changes. */
  async #missed(
    { conversationId, userId, seq, rev }: Asked,
    heads: Heads,
    size: number,
    budget: Budget,
  ): Promise<SyncedConversation> {
    const { history, parts } = this.#ports;
    const { lastSeq, lastRev } = heads;
    const rows = seq < lastSeq ? await history.after(conversationId, seq, size) : [];
    const messages = fit(await parts.toReader(userId, rows), budget);
    const nextSeq = messages.at(-1)?.seq ?? seq;
    const left = size - messages.length;
    const { items, nextRev } =
      rev < lastRev && left > 0 && messages.length === rows.length
        ? await this.#changed({ userId, conversationId, rev }, left, budget)
        : { items: [], nextRev: rev };
    const hasMore = nextSeq < lastSeq || nextRev < lastRev;
    return { conversationId, messages, changed: items, nextSeq, nextRev, ...heads, hasMore };
  }

  /** Changes in their order, until the answer is full; `nextRev` is the last one that is in it. */
  async #changed(
    { userId, conversationId, rev }: Omit<Asked, 'seq'>,
    size: number,
    budget: Budget,
  ): Promise<{ items: MessageView[]; nextRev: number }> {
    const { history, parts } = this.#ports;
    const rows = await history.changesAfter(conversationId, rev, size);
    const found = await history.byIds(
      conversationId,
      rows.map((row) => row.message),
    );
    const views = await parts.toReader(userId, found);
    const byId = new Map(views.map((view) => [view.id, view]));
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

  async #headsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, HeadView[]>> {
    const { history, memberships } = this.#ports;
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

/** A cursor, and who reads what is behind it. */
interface Asked extends SyncCursor {
  readonly userId: string;
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
