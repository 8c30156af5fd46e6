import { limits } from '../../../configs/limits.ts';
import type { FeatureContext } from '../../feature.ts';
import type { Access, Room } from '../../shared/access.ts';
import { notFound } from '../../shared/app-error.ts';
import { rooms, type ConnectReads, type Notice, type Notifier } from '../../sockets/hub.ts';

/** Others hear of one reader in one conversation at most this often, in milliseconds. */
const noticeEveryMs = 1_000;

/** Which of the two marks of a member moves. */
type Mark = 'lastReadSeq' | 'lastDeliveredSeq';

/** How far members are. */
export interface Receipts {
  /**
   * Moves a mark forward, never back and never past the last message; what was read was delivered.
   * Returns the mark that holds now. @throws AppError as `Access.room`
   */
  mark(mark: Mark, userId: string, conversationId: string, seq: number): Promise<{ seq: number }>;
  /** Drops a notice that waits. */
  forget(conversationId: string, userId: string): void;
  close(): void;
}

/** Creates the receipts of one node. */
export function createReceipts(ports: {
  readonly access: Access;
  readonly history: Pick<ConnectReads, 'headsOf'>;
  readonly memberships: FeatureContext['models']['memberships'];
  readonly notifier: Notifier;
  readonly readMarks: FeatureContext['readMarks'];
}): Receipts {
  const teller = createTeller(ports.notifier);

  return {
    async mark(mark, userId, conversationId, seq) {
      const room = await ports.access.room(userId, conversationId, 'signal');
      const heads = await ports.history.headsOf([conversationId]);
      const clamped = Math.min(seq, heads.get(conversationId)?.lastSeq ?? 0);
      const forward =
        mark === 'lastReadSeq'
          ? { lastReadSeq: clamped, lastDeliveredSeq: clamped }
          : { lastDeliveredSeq: clamped };
      const before = await ports.memberships
        .findOneAndUpdate(
          { conversation: conversationId, user: userId, leftAt: null },
          { $max: forward },
          { projection: { lastReadSeq: 1, lastDeliveredSeq: 1 } },
        )
        .lean();
      if (before === null) throw notFound();
      const bySending = ports.readMarks.pending(userId, conversationId);
      const known = {
        lastReadSeq: Math.max(before.lastReadSeq, bySending),
        lastDeliveredSeq: Math.max(before.lastDeliveredSeq, bySending),
      };
      const after = {
        lastReadSeq: Math.max(known.lastReadSeq, forward.lastReadSeq ?? 0),
        lastDeliveredSeq: Math.max(known.lastDeliveredSeq, clamped),
      };
      const hasMoved =
        after.lastReadSeq !== known.lastReadSeq ||
        after.lastDeliveredSeq !== known.lastDeliveredSeq;
      if (hasMoved)
        teller.tell({
          room: audience(room, userId),
          name: 'receipt:updated',
          payload: {
            conversationId,
            userId,
            readSeq: after.lastReadSeq,
            deliveredSeq: after.lastDeliveredSeq,
          },
        });
      return { seq: after[mark] };
    },
    forget: teller.forget,
    close: teller.close,
  };
}

/** In a large or a blocked conversation only the reader's own devices hear of it. */
const audience = (room: Room, userId: string): string =>
  room.blocked || room.memberCount > limits.conversation.quietAboveMembers
    ? rooms.user(userId)
    : rooms.conversation(room.conversationId);

type ReceiptNotice = Extract<Notice, { name: 'receipt:updated' }>;

/** Tells the first move at once and the latest of those that follow within the interval after it. */
function createTeller(notifier: Notifier) {
  const resting = new Map<string, { timer: NodeJS.Timeout; latest: ReceiptNotice }>();
  const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;

  function tell(notice: ReceiptNotice): void {
    const key = keyOf(notice.payload.conversationId, notice.payload.userId);
    const rest = resting.get(key);
    if (rest !== undefined) {
      rest.latest = furthest(rest.latest, notice);
      return;
    }
    notifier.notify(notice);
    const timer = setTimeout(() => {
      const latest = resting.get(key)?.latest ?? notice;
      resting.delete(key);
      if (latest !== notice) tell(latest);
    }, noticeEveryMs);
    resting.set(key, { timer, latest: notice });
  }

  function forget(conversationId: string, userId: string): void {
    const key = keyOf(conversationId, userId);
    clearTimeout(resting.get(key)?.timer);
    resting.delete(key);
  }

  function close(): void {
    for (const { timer } of resting.values()) clearTimeout(timer);
    resting.clear();
  }

  return { tell, forget, close };
}

/** Marks of two devices may come here in another order than they were stored in. */
function furthest(known: ReceiptNotice, notice: ReceiptNotice): ReceiptNotice {
  const readSeq = Math.max(known.payload.readSeq, notice.payload.readSeq);
  const deliveredSeq = Math.max(known.payload.deliveredSeq, notice.payload.deliveredSeq);
  const isFurther = readSeq > known.payload.readSeq || deliveredSeq > known.payload.deliveredSeq;
  return isFurther ? { ...notice, payload: { ...notice.payload, readSeq, deliveredSeq } } : known;
}
