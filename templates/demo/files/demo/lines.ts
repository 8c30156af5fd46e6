import type { OutgoingMessage } from '../client/outbox.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Model } from './model.ts';
import { dayOf, listed, timeOf } from './words.ts';

/** A line of the open conversation; one that says the same has the same version. */
export type Line = { readonly key: string; readonly version: string } & (
  | { readonly kind: 'start' | 'day' | 'new' | 'status'; readonly text: string }
  | MessageLine
  | { readonly kind: 'outgoing'; readonly outgoing: OutgoingMessage; readonly joined: boolean }
);

interface MessageLine {
  readonly kind: 'message';
  readonly message: MessageView;
  /** Belongs to the one above it. */
  readonly joined: boolean;
  /** The one below it says the same time. */
  readonly hasLaterTime: boolean;
}

/** Messages of one sender within this time stand together, in milliseconds. */
const togetherMs = 5 * 60_000;

/** What to show of a conversation, with a line after what had been read, if that is known. */
export function toLines(model: Model, row: ConversationView, readSeq: number | null): Line[] {
  const timeline = model.chat.timeline(row.id);
  const messages = timeline?.messages() ?? [];
  const lines: Line[] = [];
  const say = (kind: 'start' | 'day' | 'new' | 'status', key: string, text: string): void =>
    void lines.push({ kind, key, version: text, text });
  if (timeline?.firstSeq === 1) say('start', 'start', startOf(model, row));

  let before: MessageView | undefined;
  for (const message of messages) {
    const day = dayOf(message.timestamp);
    const isNewDay = before === undefined || dayOf(before.timestamp) !== day;
    const isFirstNew = readSeq !== null && message.seq === readSeq + 1;
    if (isNewDay) say('day', `day ${day}`, day);
    if (isFirstNew) say('new', 'new', 'New messages');
    const joined = !isNewDay && !isFirstNew && isTogether(before, message);
    const name = model.people.nameOf(message.sender);
    const version = `${message.rev} ${joined} ${name} ${row.role}`;
    if (joined) leaveTimeTo(message, lines);
    const key = message.id; // that it had while it waited, so that nothing jumps
    lines.push({ kind: 'message', key, version, message, joined, hasLaterTime: false });
    before = message;
  }

  let isAfterOwn = before?.sender === model.me.id;
  for (const outgoing of model.chat.waiting(row.id)) {
    const key = outgoing.id;
    const version = `waiting ${outgoing.problem?.code}`;
    lines.push({ kind: 'outgoing', key, version, outgoing, joined: isAfterOwn });
    isAfterOwn = true;
  }
  const last = lines.at(-1);
  if (last?.kind === 'message' && last.message.sender === model.me.id)
    say('status', 'status', statusOf(model, row, last.message.seq));
  return lines;
}

/** One minute is said once: by the last of those that stand together. */
function leaveTimeTo(message: MessageView, lines: Line[]): void {
  const last = lines.at(-1);
  if (last?.kind !== 'message') return;
  if (timeOf(last.message.timestamp) !== timeOf(message.timestamp)) return;
  lines[lines.length - 1] = { ...last, version: `${last.version} later`, hasLaterTime: true };
}

const isTogether = (before: MessageView | undefined, message: MessageView): boolean =>
  before?.sender === message.sender &&
  Date.parse(message.timestamp) - Date.parse(before.timestamp) < togetherMs;

function startOf(model: Model, row: ConversationView): string {
  const title = model.titleOf(row);
  if (row.otherUser !== null) return `This is the start of your conversation with ${title}.`;
  return `This is the start of ${title}.${row.memberCount === 1 ? ' Add people under Members.' : ''}`;
}

/** How far the last own message has come. */
function statusOf(model: Model, row: ConversationView, seq: number): string {
  const readers = [...model.signals.readBy(row.id)]
    .filter(([userId, readSeq]) => userId !== model.me.id && readSeq >= seq)
    .map(([userId]) => model.people.nameOf(userId));
  if (readers.length === 0) return 'Sent';
  return row.otherUser === null ? `Seen by ${listed(readers)}` : 'Seen';
}
