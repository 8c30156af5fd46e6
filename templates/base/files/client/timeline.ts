import type { MessageView } from '../src/contract/messages.ts';
import type { SyncedConversation } from '../src/contract/sync.ts';
import { keptReaderFields, readerFields } from './reader-fields.ts';

/** A number below which nothing is missing, and what is known above it. */
interface Cursor {
  at: number;
  /** The highest number that was heard of. */
  head: number;
  readonly ahead: Set<number>;
}

/** The two numbers of a conversation. */
export interface Numbers {
  readonly seq: number;
  readonly rev: number;
}

/**
 * What a client knows of one conversation: the loaded messages and two contiguous cursors.
 *
 * `seq` counts messages, `rev` counts changes to them. A cursor moves only over numbers that were
 * seen, so a hole stays visible until it is filled; "the highest number I saw" would hide it.
 */
export interface Timeline extends Numbers {
  /** Whether there is more than what the cursors stand on. */
  readonly incomplete: boolean;
  /** The place of the first loaded message; one above the last message while none is loaded. */
  readonly firstSeq: number;
  /** How far the user has read, on whatever device. */
  readonly readSeq: number;
  /** How often the messages were forgotten. */
  readonly epoch: number;
  /** The loaded messages, by place, from `firstSeq` on. */
  messages(): readonly MessageView[];
  /** Every message that was seen, loaded or not, in no order. */
  known(): Iterable<MessageView>;
  /** The newest state of a message that is known, loaded or not. */
  newest(message: MessageView): MessageView;
  /** Takes a notice of a new message. */
  created(message: MessageView): void;
  /** Takes a notice of an edit, a deletion or another change. */
  changed(message: MessageView): void;
  /** Takes what only this user sees of a message, as it is since a rev. */
  mine(messageId: string, rev: number, seen: Partial<MessageView>): void;
  /** Takes the answer to a change, which has what only this user sees; the notice moves the cursor. */
  answered(message: MessageView): void;
  /** Takes what the server says about the highest numbers. */
  heard(head: Numbers): void;
  /**
   * Takes a page of history: only what messages say, never where the cursors stand. A page that was
   * asked for in an earlier epoch is dropped: changes after it were not seen.
   */
  page(messages: readonly MessageView[], epoch?: number): void;
  /** Takes the answer to a sync that was asked for from these two cursors. */
  synced(answer: Exclude<SyncedConversation, { left: true }>, asked: Numbers): void;
  /** The user has read up to a message; never goes back. */
  read(seq: number): void;
}

/** Starts at the heads of a conversation, with nothing loaded. */
export function createTimeline(lastSeq: number, lastRev: number, lastReadSeq = 0): Timeline {
  const seq = createCursor(lastSeq);
  const rev = createCursor(lastRev);
  // Also messages outside what is loaded: a page of history may be older than a change to them.
  const known = new Map<string, MessageView>();
  const readerRevs = createReaderRevs();
  let loaded: readonly MessageView[] | undefined;
  let firstSeq = lastSeq + 1;
  let readSeq = lastReadSeq;
  let epoch = 0;

  function newest(message: MessageView): MessageView {
    const other = known.get(message.id);
    return other !== undefined && other.rev > message.rev ? other : message;
  }

  /**
   * The one rule for content: of two states of a message the one with the higher rev holds. What depends on
   * the reader holds by its own rev: a notice leaves what is known of it, an answer that is late too may be
   * the newest that there is. `isWhole` says that it has all of it, so that what is absent is nothing.
   */
  function keep(message: MessageView, isWhole = false): void {
    const state = newest(message);
    const isPast = state !== message && state.deletedAt !== null; // most of it is gone
    const told: Record<string, unknown> = {};
    for (const field of isPast ? keptReaderFields : readerFields)
      if (isWhole || field in message) told[field] = message[field as keyof MessageView];
    const newer = readerRevs.newer(message.id, message.rev, told);
    known.set(message.id, withReader(state, known.get(message.id), newer));
    loaded = undefined;
  }

  /** Takes answers that have all that their reader sees. */
  function keepAll(messages: readonly MessageView[]): void {
    for (const message of messages) keep(message, true);
  }

  /**
   * Forgets what may have changed unseen, but keeps what is newer than the answer: it came by notice
   * meanwhile. Nothing is newer when the server's numbers went back: its database was restored.
   */
  function reset(there: Numbers, page: readonly MessageView[], restored: boolean): void {
    epoch += 1;
    loaded = undefined;
    for (const message of known.values())
      if (restored || (message.seq <= there.seq && message.rev <= there.rev)) {
        known.delete(message.id);
        readerRevs.forget(message.id);
      }
    restart(seq, there.seq, restored);
    restart(rev, there.rev, restored);
    keepAll(page);
    firstSeq = page[0]?.seq ?? there.seq + 1;
    readSeq = Math.min(readSeq, seq.head);
  }

  return {
    get seq() {
      return seq.at;
    },
    get rev() {
      return rev.at;
    },
    get incomplete() {
      return seq.at < seq.head || rev.at < rev.head;
    },
    get firstSeq() {
      return firstSeq;
    },
    get readSeq() {
      return readSeq;
    },
    get epoch() {
      return epoch;
    },
    messages: () =>
      (loaded ??= [...known.values()]
        .filter((message) => message.seq >= firstSeq)
        .toSorted((a, b) => a.seq - b.seq)),
    known: () => known.values(),
    newest,
    created(message) {
      keep(message);
      see(seq, message.seq);
    },
    changed(message) {
      keep(message);
      see(rev, message.rev);
    },
    mine(messageId, since, seen) {
      const before = known.get(messageId);
      if (before === undefined || before.deletedAt !== null) return;
      known.set(messageId, { ...before, ...readerRevs.newer(messageId, since, seen) });
      loaded = undefined;
    },
    answered: (message) => keep(message),
    heard(head) {
      seq.head = Math.max(seq.head, head.seq);
      rev.head = Math.max(rev.head, head.rev);
    },
    page(messages, asked = epoch) {
      if (asked !== epoch) return;
      keepAll(messages);
      const [first, last] = [messages[0], messages.at(-1)];
      if (!first || !last || last.seq < firstSeq - 1 || first.seq >= firstSeq) return;
      firstSeq = first.seq;
      loaded = undefined;
    },
    synced(answer, asked) {
      const there = { seq: answer.lastSeq, rev: answer.lastRev };
      if ('reset' in answer)
        return reset(there, answer.messages, asked.seq > there.seq || asked.rev > there.rev);
      keepAll(answer.messages);
      keepAll(answer.changed);
      moveTo(seq, answer.nextSeq, there.seq);
      moveTo(rev, answer.nextRev, there.rev);
    },
    read: (upTo) => void (readSeq = Math.max(readSeq, upTo)),
  };
}

/** As of which rev what depends on the reader is known, by message and field. */
function createReaderRevs() {
  const known = new Map<string, Map<string, number>>();
  return {
    /** What of that is not older than what is known. */
    newer(messageId: string, since: number, told: Partial<MessageView>): Partial<MessageView> {
      const revs = known.get(messageId) ?? new Map<string, number>();
      const newer = Object.entries(told).filter(([field]) => since >= (revs.get(field) ?? 0));
      for (const [field] of newer) revs.set(field, since);
      if (newer.length > 0) known.set(messageId, revs);
      return Object.fromEntries(newer);
    },
    forget: (messageId: string): void => void known.delete(messageId),
  };
}

/** A state of a message with what its reader is known to see; its deletion leaves little of that. */
function withReader(
  message: MessageView,
  before: MessageView | undefined,
  told: Partial<MessageView>,
): MessageView {
  const isGone = message.deletedAt !== null && before?.deletedAt === null;
  const shared = Object.entries(message).filter(([field]) => !readerFields.has(field));
  const left = isGone ? keptReaderFields : readerFields;
  const known = Object.entries(before ?? {}).filter(([field]) => left.has(field));
  const mine = { ...Object.fromEntries(known), ...told };
  const own = Object.entries(mine).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...shared, ...own]) as unknown as MessageView;
}

const createCursor = (at: number): Cursor => ({ at, head: at, ahead: new Set() });

function see(cursor: Cursor, number: number): void {
  if (number > cursor.at) cursor.ahead.add(number);
  moveTo(cursor, cursor.at, number);
}

/** Everything up to `at` is there, and there is something up to `head`. */
function moveTo(cursor: Cursor, at: number, head: number): void {
  cursor.at = Math.max(cursor.at, at);
  for (const number of cursor.ahead) if (number <= cursor.at) cursor.ahead.delete(number);
  while (cursor.ahead.delete(cursor.at + 1)) cursor.at += 1;
  cursor.head = Math.max(cursor.head, cursor.at, head);
}

function restart(cursor: Cursor, at: number, restored: boolean): void {
  if (restored) cursor.ahead.clear();
  cursor.at = cursor.head = at;
  moveTo(cursor, at, Math.max(at, ...cursor.ahead));
}
