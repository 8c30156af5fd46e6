import { limits } from '../../configs/limits.ts';
import { activeMember } from '../../models/membership.ts';
import type { FeatureContext } from '../feature.ts';
import type { Access, Participation } from '../shared/access.ts';
import { notFound } from '../../platform/errors/app-error.ts';
import {
  rooms,
  type ConnectReads,
  type Notice,
  type Notifier,
} from '../../platform/sockets/socket-api.ts';

/** Others hear of one reader in one conversation at most this often, in milliseconds. */
const noticeEveryMs = 1_000;

/** Which of the two marks of a member moves. */
type Mark = 'lastReadSeq' | 'lastDeliveredSeq';
type Marks = Readonly<Record<Mark, number>>;

interface Ports {
  readonly access: Access;
  readonly history: Pick<ConnectReads, 'headsOf'>;
  readonly memberships: FeatureContext['models']['memberships'];
  readonly notifier: Notifier;
  readonly readMarkers: FeatureContext['readMarkers'];
}

/** How far members are. */
export class Receipts {
  readonly #ports: Ports;
  readonly #throttle: ReceiptThrottle;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#throttle = new ReceiptThrottle(ports.access, ports.notifier);
  }

  /**
   * Moves a mark forward, never back and never past the last message; what was read was delivered.
   * Returns the mark that holds now. @throws AppError as `Access.require`
   */
  async mark(
    mark: Mark,
    userId: string,
    conversationId: string,
    seq: number,
  ): Promise<{ seq: number }> {
    const { access, history } = this.#ports;
    const participation = await access.require(userId, conversationId, 'signal');
    const heads = await history.headsOf([conversationId]);
    const lastDeliveredSeq = Math.min(seq, heads.get(conversationId)?.lastSeq ?? 0);
    const lastReadSeq = mark === 'lastReadSeq' ? lastDeliveredSeq : 0;
    const before = await this.#move(userId, conversationId, { lastReadSeq, lastDeliveredSeq });
    const after = {
      lastReadSeq: Math.max(before.lastReadSeq, lastReadSeq),
      lastDeliveredSeq: Math.max(before.lastDeliveredSeq, lastDeliveredSeq),
    };
    const hasMoved =
      after.lastReadSeq !== before.lastReadSeq ||
      after.lastDeliveredSeq !== before.lastDeliveredSeq;
    if (hasMoved)
      this.#throttle.notify({
        room: audience(participation, userId),
        name: 'receipt:updated',
        payload: {
          conversationId,
          userId,
          readSeq: after.lastReadSeq,
          deliveredSeq: after.lastDeliveredSeq,
        },
      });
    return { seq: after[mark] };
  }

  /** Drops a notice that waits. */
  forget(conversationId: string, userId: string): void {
    this.#throttle.forget(conversationId, userId);
  }

  close(): void {
    this.#throttle.close();
  }

  /** Returns how far the member was before. */
  async #move(userId: string, conversationId: string, marks: Marks): Promise<Marks> {
    const { memberships, readMarkers } = this.#ports;
    const row = await memberships
      .findOneAndUpdate(
        // One row decides: who goes out writes it, and so does the end of an account.
        { conversation: conversationId, user: userId, ...activeMember },
        { $max: marks },
        { projection: { conversation: 1, user: 1, lastReadSeq: 1, lastDeliveredSeq: 1 } },
      )
      .lean();
    if (row === null) throw notFound();
    const lastReadSeq = readMarkers.lastReadSeq(row);
    const lastDeliveredSeq = Math.max(row.lastDeliveredSeq, lastReadSeq); // what was read was delivered
    return { lastReadSeq, lastDeliveredSeq };
  }
}

/** In a large conversation only the reader's own devices hear of it. */
const audience = (participation: Participation, userId: string): string =>
  participation.memberCount > limits.conversation.quietAboveMembers
    ? rooms.user(userId)
    : rooms.conversation(participation.conversationId);

type ReceiptNotice = Extract<Notice, { name: 'receipt:updated' }>;

/** Sends the first move at once, and of those that follow the latest when the interval is over. */
class ReceiptThrottle {
  readonly #access: Pick<Access, 'blockedIn'>;
  readonly #notifier: Notifier;
  readonly #throttled = new Map<string, { timer: NodeJS.Timeout; latest: ReceiptNotice }>();

  constructor(access: Pick<Access, 'blockedIn'>, notifier: Notifier) {
    this.#access = access;
    this.#notifier = notifier;
  }

  notify(notice: ReceiptNotice): void {
    const key = keyOf(notice.payload.conversationId, notice.payload.userId);
    const throttled = this.#throttled.get(key);
    if (throttled !== undefined) {
      throttled.latest = furthest(throttled.latest, notice);
      return;
    }
    this.#send(notice).catch(() => {}); // a notice may be lost
    const timer = setTimeout(() => {
      const latest = this.#throttled.get(key)?.latest ?? notice;
      this.#throttled.delete(key);
      if (latest !== notice) this.notify(latest);
    }, noticeEveryMs);
    this.#throttled.set(key, { timer, latest: notice });
  }

  forget(conversationId: string, userId: string): void {
    const key = keyOf(conversationId, userId);
    clearTimeout(this.#throttled.get(key)?.timer);
    this.#throttled.delete(key);
  }

  close(): void {
    for (const { timer } of this.#throttled.values()) clearTimeout(timer);
    this.#throttled.clear();
  }

  /** Not to those with whom the reader has a block now: they can read the row later. */
  async #send(notice: ReceiptNotice): Promise<void> {
    const { conversationId, userId } = notice.payload;
    const excluded = await this.#access.blockedIn(conversationId, userId);
    this.#notifier.notify(notice, { except: excluded.map(rooms.user) });
  }
}

const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;

/** Marks of two devices may come here in another order than they were stored in. */
function furthest(known: ReceiptNotice, notice: ReceiptNotice): ReceiptNotice {
  const readSeq = Math.max(known.payload.readSeq, notice.payload.readSeq);
  const deliveredSeq = Math.max(known.payload.deliveredSeq, notice.payload.deliveredSeq);
  const isFurther = readSeq > known.payload.readSeq || deliveredSeq > known.payload.deliveredSeq;
  return isFurther ? { ...notice, payload: { ...notice.payload, readSeq, deliveredSeq } } : known;
}
