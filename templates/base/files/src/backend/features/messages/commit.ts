import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../../configs/limits.ts';
import type { MessageView } from '../../../contract/messages.ts';
import type { Models } from '../../../models/index.ts';
import { AppError } from '../../shared/app-error.ts';
import { isDatabaseAway } from '../../shared/database-away.ts';
import type { BatchEnd } from '../../shared/events.ts';
import { byDeadline } from './deadlines.ts';
import type { History } from './history.ts';
import type { KnownHeads } from './heads.ts';
import type { Batch } from './lane.ts';
import { keyOf, settleStored, type Send } from './sends.ts';
import { toMessageView, type StoredMessage } from './views.ts';

const { lane: limit } = limits;

/** A send with the row that is, or is to be, its message. */
interface Numbered {
  readonly send: Send;
  readonly row: StoredMessage;
}

/** What a commit needs of the rest. */
export interface CommitPorts {
  readonly log: Logger;
  readonly heads: KnownHeads;
  readonly history: Pick<History, 'byClientMessageIds'>;
  readonly insert: (rows: StoredMessage[]) => Promise<unknown>;
  /** Tells the members; called once a stored prefix, before its senders are answered. */
  readonly stored: (messages: readonly MessageView[]) => void;
  /** Repeats were found: the notice of these may have been lost with the node that stored them. */
  readonly repeated: (rows: readonly StoredMessage[]) => void;
  /** Every send of a batch has its verdict, or waits for one on its own. */
  readonly ended: (end: BatchEnd) => void;
}

/** Stores rows in their order: what is stored is always a prefix of them, and a majority has it. */
export function createOrderedInsert({
  models,
}: {
  readonly models: Models;
}): CommitPorts['insert'] {
  // The driver's collection: the contract has validated what the rows are made of.
  const messages = models.messages.collection as unknown as mongo.Collection<StoredMessage>;
  const options = { ordered: true, writeConcern: { w: 'majority', journal: true } } as const;
  return (rows) => messages.insertMany(rows, options);
}

/** How an insert ended: the length of the stored prefix, and what stopped it. */
interface Outcome {
  readonly stored: number;
  /** To the row after the prefix. */
  readonly objection?: { readonly by: 'seq' | 'clientMessageId' | 'other'; readonly error: Error };
}

/**
 * Creates the commit of a batch. The unique indexes are the referees: the ordered insert stops at
 * the first objection, so no conversation can get a hole, and what is left is numbered anew.
 */
export function createCommit(ports: CommitPorts): (batch: Batch) => Promise<void> {
  const { heads, history, log } = ports;

  return async function commit({ sends, abandoned, lose }) {
    const inTime = <Result>(work: Promise<Result>): Promise<Result> =>
      Promise.race([work, abandoned]);
    let left = sends;
    let conflicts = 0;
    let repeats = 0;
    const startedAt = performance.now();
    try {
      for (;;) {
        left = left.filter((send) => !send.isSettled);
        if (left.length === 0) return;
        const numbered = await inTime(number(left));
        const { stored, objection } = await inTime(insert(numbered));
        settle(numbered.slice(0, stored));
        left = left.slice(stored);
        const [first] = left;
        if (objection === undefined || first === undefined) return;
        if (objection.by === 'seq') {
          // Another node was faster, here and perhaps in the other conversations too.
          heads.forget(conversationsOf(left));
          conflicts += 1;
          if (conflicts > limit.conflictsBeforeWaiting) await sleep(jitter());
          continue;
        }
        left = left.slice(1);
        if (objection.by === 'other') {
          log.error({ err: objection.error }, 'a message cannot be stored');
          first.fail(new AppError('internal', { cause: objection.error }));
          continue;
        }
        void waitForStored(first, lose);
        repeats += 1;
        // After a lost answer a whole batch comes again: from the second on, all in one read.
        if (repeats === 2) await inTime(findStored(left));
      }
    } catch (error) {
      heads.forget(conversationsOf(left));
      log.warn({ err: error, messages: left.length }, 'a commit has no verdict');
      lose(left, error);
    } finally {
      ports.ended({
        messages: sends.length,
        conflicts,
        waitedMs: startedAt - acceptedAt(sends),
        ms: performance.now() - startedAt,
      });
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

  /** Rejects when the outcome is not known. An answer that comes too late does no harm. */
  async function insert(numbered: readonly Numbered[]): Promise<Outcome> {
    try {
      await ports.insert(numbered.map(({ row }) => row));
      return { stored: numbered.length };
    } catch (error) {
      return toOutcome(error);
    }
  }

  /** Acknowledged by a majority: the heads move, the members hear of it, then the senders do. */
  function settle(numbered: readonly Numbered[]): void {
    if (numbered.length === 0) return;
    const settled = numbered.map(({ send, row }) => ({ send, message: send.toMessage(row.seq) }));
    for (const { message } of settled) heads.advance(message.conversationId, message.seq);
    ports.stored(settled.map(({ message }) => message));
    for (const { send, message } of settled) send.succeed({ message, duplicate: false });
  }

  /** A majority may see a message a moment later than the index that objected to its repeat. */
  async function waitForStored(send: Send, lose: Batch['lose']): Promise<void> {
    try {
      while (!send.isSettled) {
        await byDeadline(findStored([send]), send.deadline);
        if (!send.isSettled) await sleep(jitter());
      }
    } catch (error) {
      lose([send], error);
    }
  }

  /** Settles those of the sends whose message is stored already. */
  async function findStored(sends: readonly Send[]): Promise<void> {
    const rows = new Map(
      (await history.byClientMessageIds(sends)).map((row) => [keyOf(toMessageView(row)), row]),
    );
    if (rows.size > 0) ports.repeated([...rows.values()]);
    for (const send of sends) {
      const row = rows.get(send.key);
      if (row !== undefined) settleStored(send, row);
    }
  }
}

function toOutcome(error: unknown): Outcome {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const [objection] = [error.writeErrors].flat();
  // Without a majority behind the prefix nothing of it is certain; nor is a server that steps down
  // an objection to a row.
  if (objection === undefined || error.result.getWriteConcernError() !== undefined) throw error;
  if (isDatabaseAway(error)) throw error;
  // The driver passes only the text on; the name of the index stands before anything of a client's.
  const index = /\bindex: (\S+) dup key/.exec(objection.errmsg ?? '')?.[1] ?? '';
  const isNamed = (field: string): boolean => objection.code === 11_000 && index.includes(field);
  const by = isNamed('seq') ? 'seq' : isNamed('clientMessageId') ? 'clientMessageId' : 'other';
  return { stored: objection.index, objection: { by, error } };
}

/** When the oldest of them was accepted, which is when its deadline began to run. */
const acceptedAt = (sends: readonly Send[]): number =>
  Math.min(...sends.map((send) => send.deadline)) - limit.sendDeadlineMs;

const conversationsOf = (sends: readonly Send[]): ReadonlySet<string> =>
  new Set(sends.map((send) => send.conversationId));

const jitter = (): number =>
  limit.conflictWaitMinMs + Math.random() * (limit.conflictWaitMaxMs - limit.conflictWaitMinMs);
