import type { MessageView, SyncedConversation } from '../src/contract/messages.ts';

/** A number below which nothing is missing, and what is already there above it. */
interface Cursor {
  at: number;
  readonly ahead: Set<number>;
}

/** The two numbers of a conversation. */
interface Heads {
  readonly seq: number;
  readonly rev: number;
}

/**
 * What a client knows of one conversation: the loaded messages and two contiguous cursors.
 *
 * `seq` counts messages, `rev` counts changes to them. A cursor moves only over numbers that were
 * seen, so a hole stays visible until it is filled; "the highest number I saw" would hide it.
 */
export interface Timeline {
  readonly seq: number;
  readonly rev: number;
  /** Whether a number above a cursor was seen while one below it is missing. */
  readonly incomplete: boolean;
  /** The loaded messages, by place. */
  messages(): MessageView[];
  /** Takes a notice of a new message. */
  created(message: MessageView): void;
  /** Takes a notice of an edit or a deletion. */
  changed(message: MessageView): void;
  /** Takes a page of history: only what messages say, never where the cursors stand. */
  page(messages: readonly MessageView[]): void;
  /** Takes the answer to a sync that was asked for from these two cursors. */
  synced(answer: Exclude<SyncedConversation, { left: true }>, asked: Heads): void;
}

/** Starts at the heads of a conversation, with nothing loaded. */
export function createTimeline(lastSeq: number, lastRev: number): Timeline {
  const seq: Cursor = { at: lastSeq, ahead: new Set() };
  const rev: Cursor = { at: lastRev, ahead: new Set() };
  const loaded = new Map<string, MessageView>();

  /** The one rule for content: of two states of a message the one with the higher rev holds. */
  function keep(message: MessageView): void {
    const known = loaded.get(message.id);
    if (known === undefined || known.rev < message.rev) loaded.set(message.id, message);
  }

  /**
   * Forgets what may have changed unseen, but keeps what is newer than the answer: it came by notice
   * meanwhile. Nothing is newer when the server's numbers went back: its database was restored.
   */
  function reset(there: Heads, restored: boolean): void {
    for (const cursor of [seq, rev]) if (restored) cursor.ahead.clear();
    for (const message of loaded.values())
      if (restored || (message.seq <= there.seq && message.rev <= there.rev))
        loaded.delete(message.id);
    seq.at = there.seq;
    rev.at = there.rev;
    for (const message of loaded.values()) {
      see(seq, message.seq);
      see(rev, message.rev);
    }
  }

  return {
    get seq() {
      return seq.at;
    },
    get rev() {
      return rev.at;
    },
    get incomplete() {
      return seq.ahead.size > 0 || rev.ahead.size > 0;
    },
    messages: () => [...loaded.values()].toSorted((a, b) => a.seq - b.seq),
    created(message) {
      keep(message);
      see(seq, message.seq);
    },
    changed(message) {
      keep(message);
      see(rev, message.rev);
    },
    page: (messages) => messages.forEach(keep),
    synced(answer, asked) {
      if ('reset' in answer) {
        const there = { seq: answer.lastSeq, rev: answer.lastRev };
        reset(there, asked.seq > there.seq || asked.rev > there.rev);
        answer.messages.forEach(keep);
        return;
      }
      answer.messages.forEach(keep);
      answer.changed.forEach(keep);
      moveTo(seq, answer.nextSeq);
      moveTo(rev, answer.nextRev);
    },
  };
}

function see(cursor: Cursor, number: number): void {
  if (number <= cursor.at) return;
  cursor.ahead.add(number);
  drain(cursor);
}

function moveTo(cursor: Cursor, number: number): void {
  cursor.at = Math.max(cursor.at, number);
  drain(cursor);
}

function drain(cursor: Cursor): void {
  for (const number of cursor.ahead) if (number <= cursor.at) cursor.ahead.delete(number);
  while (cursor.ahead.delete(cursor.at + 1)) cursor.at += 1;
}
