import type { MessageView } from '../../contract/messages.ts';

/** How far a user has read by sending. */
type ReaderMove = readonly [userId: string, seq: number];

/**
 * A conversation whose last number another node moved, the moment of its last message (ISO 8601), and
 * its senders; nodes of a version before name only the first two.
 */
export type HeadMove = readonly [
  conversationId: string,
  seq: number,
  timestamp?: string,
  readers?: readonly ReaderMove[],
];

/** What other nodes must know of messages that were stored, a move a conversation. */
export function toHeadMoves(messages: readonly MessageView[]): HeadMove[] {
  const moves = new Map<string, { last: MessageView; readers: Map<string, number> }>();
  for (const message of messages) {
    const move = moves.get(message.conversationId) ?? { last: message, readers: new Map() };
    moves.set(message.conversationId, move);
    move.last = message;
    move.readers.set(message.sender, message.seq);
  }
  return [...moves].map(([id, { last, readers }]) => [id, last.seq, last.timestamp, [...readers]]);
}
