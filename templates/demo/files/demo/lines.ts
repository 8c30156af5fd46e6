import type { OutgoingMessage } from '../client/outbox.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Model } from './model.ts';
import { isHere, seen, type Mark, type Page, type Piece, type Place } from './part.ts';
import { dayOf, listed, timeOf } from './words.ts';

/** A line among messages; one that says the same has the same version. */
export type Line = { readonly key: string; readonly version: string } & (
  | { readonly kind: 'start' | 'day' | 'new' | 'status'; readonly text: string }
  | MessageLine
  | { readonly kind: 'outgoing'; readonly outgoing: OutgoingMessage; readonly joined: boolean }
);

/** A message with what parts add to it. */
interface MessageLine {
  readonly kind: 'message';
  readonly message: MessageView;
  readonly place: Place;
  readonly pieces: Pieces;
  /** Belongs to the one above it. */
  readonly joined: boolean;
  /** The one below it says the same time. */
  readonly hasLaterTime: boolean;
}

/** What parts add to a message, by where it stands. */
interface Pieces {
  readonly marks: readonly Mark[];
  readonly above: readonly Piece[];
  readonly inside: readonly Piece[];
  readonly beside: readonly Piece[];
  readonly below: readonly Piece[];
}

/** What stands together where messages are shown. */
export interface Shown {
  readonly place: Place;
  readonly messages: readonly MessageView[];
  readonly waiting: readonly OutgoingMessage[];
  /** The day that is said above. */
  readonly day?: string;
  /** A line stands after what had been read, if that is known. */
  readonly readSeq?: number | null;
}

/** Messages of one sender within this time stand together, in milliseconds. */
const togetherMs = 5 * 60_000;

/** What to show of a conversation. */
export function toLines(page: Page, row: ConversationView, readSeq: number | null): Line[] {
  const { model } = page;
  const timeline = model.chat.timeline(row.id);
  const messages = (timeline?.messages() ?? []).filter((message) => isHere(page, message));
  const waiting = model.chat.waiting(row.id).filter((outgoing) => isHere(page, outgoing));
  // The first new one may stand before what is loaded.
  const isLoaded = readSeq !== null && (timeline?.firstSeq ?? 0) <= readSeq + 1;
  const lines = linesOf(page, row, {
    place: 'conversation',
    messages,
    waiting,
    readSeq: isLoaded ? readSeq : null,
  });
  const last = lines.at(-1);
  if (last?.kind === 'message' && last.message.sender === model.me.id)
    say(lines, 'status', 'status', statusOf(model, row, last.message.seq));
  if (timeline?.firstSeq === 1) {
    const text = startOf(model, row);
    lines.unshift({ kind: 'start', key: 'start', version: text, text });
  }
  return lines;
}

/** Messages with their days, and behind them what waits to be sent. */
export function linesOf(page: Page, row: ConversationView, shown: Shown): Line[] {
  const { model } = page;
  const { place, readSeq = null } = shown;
  const lines: Line[] = [];
  let { day: lastDay } = shown;
  let before: MessageView | undefined;
  for (const message of shown.messages.map((one) => seen(page, one))) {
    const day = dayOf(message.timestamp);
    const isNewDay = day !== lastDay;
    const isFirstNew =
      readSeq !== null && message.seq > readSeq && (before === undefined || before.seq <= readSeq);
    if (isNewDay) say(lines, 'day', `day ${day}`, day);
    if (isFirstNew) say(lines, 'new', 'new', 'New messages');
    const joined = !isNewDay && !isFirstNew && isTogether(before, message);
    const pieces = piecesOf(page, message, place);
    const name = model.people.nameOf(message.sender);
    const version = `${message.rev} ${joined} ${name} ${row.role} ${versionOf(pieces)}`;
    if (joined) leaveTimeTo(message, lines);
    const key = message.id; // that it had while it waited, so that nothing jumps
    const drawn = { message, place, pieces, joined, hasLaterTime: false };
    lines.push({ kind: 'message', key, version, ...drawn });
    lastDay = day;
    before = message;
  }

  let isAfterOwn = before?.sender === model.me.id;
  for (const outgoing of shown.waiting) {
    const key = outgoing.id;
    const version = `waiting ${outgoing.problem?.code}`;
    lines.push({ kind: 'outgoing', key, version, outgoing, joined: isAfterOwn });
    isAfterOwn = true;
  }
  return lines;
}

function say(lines: Line[], kind: 'day' | 'new' | 'status', key: string, text: string): void {
  lines.push({ kind, key, version: text, text });
}

/** A deleted message has nothing left to add to but what stands below it. */
function piecesOf({ parts }: Page, message: MessageView, place: Place): Pieces {
  const all = (pieces: readonly (Piece | null | undefined)[]): Piece[] =>
    pieces.filter((piece) => piece != null);
  const below = all(parts.map((part) => part.below?.(message, place)));
  if (message.deletedAt !== null) return { marks: [], above: [], inside: [], beside: [], below };
  return {
    marks: parts.flatMap((part) => part.marks?.(message) ?? []),
    above: all(parts.map((part) => part.above?.(message))),
    inside: all(parts.map((part) => part.inside?.(message, place))),
    beside: all(parts.map((part) => part.beside?.(message))),
    below,
  };
}

const versionOf = ({ marks, above, inside, beside, below }: Pieces): string =>
  JSON.stringify([marks, [above, inside, beside, below].flat().map(({ version }) => version)]);

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
