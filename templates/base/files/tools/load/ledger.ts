import type { MessageView } from '../../src/contract/messages.ts';
import type { Draft } from '../../src/platform/log/types.ts';

/** A message that somebody sent into a room. */
export interface SentMessage extends Pick<Draft, 'id' | 'sender' | 'content'> {
  /** The number of its acknowledgement; undefined: refused, or no answer. */
  seq: number | undefined;
}

/** A message as a member reads it in the history. */
export type ReadMessage = Readonly<Pick<MessageView, 'seq' | 'id' | 'sender' | 'content'>>;

/**
 * Holds what a member reads of a room against what was sent into it, in the order of sending. Every
 * acknowledged message is there once, under the number of its acknowledgement; numbers are 1, 2, 3 …
 * without a hole; each sender's messages stand in the order of sending; nothing else is there.
 * Without an acknowledgement a message may be there or not.
 *
 * Returns a line for each fault.
 */
export function findFaults(
  sent: readonly SentMessage[],
  read: readonly ReadMessage[],
): readonly string[] {
  const faults: string[] = [];
  const sends = new Map(sent.map((message) => [message.id, message]));
  const seen = new Set<string>();
  let last = 0;
  for (const message of read) {
    const { seq, id } = message;
    if (seq <= last) faults.push(`disorder: number ${seq} stands after ${last}`);
    else if (seq > last + 1) faults.push(`hole: number ${seq} stands after ${last}`);
    last = Math.max(last, seq);
    if (seen.has(id)) faults.push(`double: ${id} again at ${seq}`);
    seen.add(id);
    const fault = compare(sends.get(id), message);
    if (fault !== undefined) faults.push(fault);
  }
  for (const { id, seq } of sent)
    if (seq !== undefined && !seen.has(id)) faults.push(`loss: ${id} was acknowledged as ${seq}`);
  return [...faults, ...findDisorder(sent)];
}

function compare(sent: SentMessage | undefined, read: ReadMessage): string | undefined {
  const { id, seq } = read;
  if (sent?.sender !== read.sender) return `stranger: nobody sent ${id} at ${seq}`;
  if (sent.content !== read.content) return `change: ${id} has another content`;
  if (sent.seq !== undefined && sent.seq !== seq)
    return `number: ${id} was acknowledged as ${sent.seq} and is ${seq}`;
  return undefined;
}

/** A sender's messages that were acknowledged in another order than they were sent. */
function findDisorder(sent: readonly SentMessage[]): readonly string[] {
  const faults: string[] = [];
  const lasts = new Map<string, number>();
  for (const { sender, seq, id } of sent) {
    if (seq === undefined) continue;
    const last = lasts.get(sender) ?? 0;
    if (seq < last) faults.push(`disorder: ${id} at ${seq} was sent after ${last}`);
    lasts.set(sender, Math.max(last, seq));
  }
  return faults;
}
