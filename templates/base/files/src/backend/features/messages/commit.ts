import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../../configs/limits.ts';
import { AppError } from '../../shared/app-error.ts';
import type { History } from './history.ts';
import type { KnownHeads } from './heads.ts';
import type { Batch } from './lane.ts';
import { settleRepeat, unknownOutcome, type Send } from './sends.ts';
import { toMessageView, type StoredMessage } from './views.ts';

const { lane: limit } = limits;

/** A send with the row that is, or is to be, its message. */
export interface Numbered {
  readonly send: Send;
  readonly row: StoredMessage;
}

/** What a commit needs of the rest. */
export interface CommitPorts {
  readonly log: Logger;
  readonly heads: KnownHeads;
  readonly history: Pick<History, 'byClientMessageId'>;
  /** One ordered insert with majority: what it stores is always a prefix of the rows. */
  readonly insert: (rows: StoredMessage[]) => Promise<unknown>;
  /** Tells the members; called once a stored prefix, before its senders are answered. */
  readonly stored: (numbered: readonly Numbered[]) => void;
  /** A repeat was found: its notice may have been lost with the node that stored it. */
  readonly repeated: (row: StoredMessage) => void;
}

/** How an insert ended: the length of the stored prefix, and what stopped it. */
interface Outcome {
  readonly stored: number;
  /** A unique index or a rule objected to the row after the prefix. */
  readonly objection?: 'seq' | 'clientMessageId' | 'other';
  /** Nothing is known of what comes after the prefix. */
  readonly unknown?: unknown;
  readonly abandoned?: true;
}

/**
 * Creates the commit of a batch. The unique indexes are the referees: the ordered insert stops at
 * the first objection, so no conversation can get a hole, and what is left is numbered anew.
 */
export function createCommit(ports: CommitPorts): (batch: Batch) => Promise<void> {
  const { heads, log } = ports;

  return async function commit(batch) {
    let left = batch.sends;
    let conflicts = 0;
    try {
      for (;;) {
        left = left.filter((send) => !send.isSettled);
        if (left.length === 0) return;
        const numbered = await number(left);
        const outcome = await insert(numbered, batch.abandoned);
        if (outcome.abandoned) return heads.forget(conversationsOf(left));
        settle(numbered.slice(0, outcome.stored));
        if ('unknown' in outcome) throw outcome.unknown;
        left = left.slice(outcome.stored);
        const [first] = left;
        if (first === undefined) return;
        if (outcome.objection === 'seq') {
          // Another node was faster, here and perhaps in the other conversations too.
          heads.forget(conversationsOf(left));
          conflicts += 1;
          if (conflicts > limit.conflictsBeforeWaiting) await sleep(jitter());
          continue;
        }
        left = left.slice(1);
        if (outcome.objection === 'clientMessageId') void findStored(first);
        else first.fail(new AppError('internal'));
      }
    } catch (error) {
      heads.forget(conversationsOf(left));
      log.warn({ err: error, messages: left.length }, 'a commit has no verdict');
      batch.lose(left, error);
    }
  };

  async function number(sends: readonly Send[]): Promise<readonly Numbered[]> {
    const next = new Map(await heads.of([...conversationsOf(sends)]));
    return sends.map((send) => {
      const seq = (next.get(send.conversationId) ?? 0) + 1;
      next.set(send.conversationId, seq);
      return { send, row: { ...send.row, seq } };
    });
  }

  async function insert(numbered: readonly Numbered[], abandoned: Promise<void>): Promise<Outcome> {
    // Raced by hand: the driver's own deadline for a whole operation has no effect here. A success
    // that comes too late is harmless, the indexes referee it.
    const work = ports
      .insert(numbered.map(({ row }) => row))
      .then((): Outcome => ({ stored: numbered.length }), toOutcome);
    return Promise.race([work, abandoned.then((): Outcome => ({ stored: 0, abandoned: true }))]);
  }

  /** Acknowledged by a majority: the heads move, the members hear of it, then the senders do. */
  function settle(numbered: readonly Numbered[]): void {
    if (numbered.length === 0) return;
    for (const { send, row } of numbered) heads.advance(send.conversationId, row.seq);
    ports.stored(numbered);
    for (const { send, row } of numbered)
      send.succeed({ message: toMessageView(row), duplicate: false });
  }

  /** A repeat of a stored message: it may become visible a moment after its index objected. */
  async function findStored(send: Send): Promise<void> {
    try {
      while (!send.isSettled && performance.now() < send.deadline) {
        const { conversationId, sender, clientMessageId } = send;
        const row = await ports.history.byClientMessageId(conversationId, sender, clientMessageId);
        if (row !== null) {
          ports.repeated(row);
          return settleRepeat(send, { message: toMessageView(row), duplicate: true });
        }
        await sleep(jitter());
      }
      send.fail(unknownOutcome());
    } catch (error) {
      send.fail(unknownOutcome(error));
    }
  }
}

function toOutcome(error: unknown): Outcome {
  if (!(error instanceof mongo.MongoBulkWriteError)) return { stored: 0, unknown: error };
  const [objection] = [error.writeErrors].flat();
  // Without a majority behind the prefix nothing of it is certain.
  if (objection === undefined || error.result.getWriteConcernError() !== undefined)
    return { stored: 0, unknown: error };
  // The driver passes only the text on; the name of the index stands before anything of a client's.
  const index = /\bindex: (\S+) dup key/.exec(objection.errmsg ?? '')?.[1] ?? '';
  const named = index.includes('seq')
    ? 'seq'
    : index.includes('clientMessageId')
      ? 'clientMessageId'
      : 'other';
  return { stored: objection.index, objection: objection.code === 11_000 ? named : 'other' };
}

const conversationsOf = (sends: readonly Send[]): ReadonlySet<string> =>
  new Set(sends.map((send) => send.conversationId));

const jitter = (): number =>
  limit.conflictWaitMinMs + Math.random() * (limit.conflictWaitMaxMs - limit.conflictWaitMinMs);
