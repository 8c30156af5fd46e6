import { trusted, type ClientSession } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../configs/limits.ts';
import type { OpenModels } from '../../models/index.ts';
import type { Clock } from './clock.ts';
import { duplicateKeyOf } from './duplicate-key.ts';
import { toObjectId } from './ids.ts';
import { withTransaction } from './transaction.ts';

const lookEveryMs = 10_000;
const leaseMs = 60_000; // a node that died is replaced after this time
const firstLease = new Date(0);

/** What a job does; it must be harmless to do it again from the start. */
type Work = (subject: string, signal: AbortSignal) => Promise<unknown>;

/**
 * Work in the background that outlives this node. All of it erases what somebody wrote, so each job is
 * done a second time, when every write that was under way at the first has ended.
 */
export interface Jobs {
  /** Adds to what a kind of job does, after what was added before; before `start`. */
  handle(kind: string, work: Work): void;
  /**
   * Stores a job together with the change that makes it due, both or neither, and begins soon. Returns
   * what the change returns; undefined when that job is stored already, and so is its change.
   */
  add<Result>(
    kind: string,
    subject: string,
    change: (session: ClientSession) => Promise<Result>,
  ): Promise<Result | undefined>;
  start(): void;
  /** Takes no new job and waits for the running one. */
  stop(): Promise<void>;
}

/** Creates the jobs of one node; each job is done by one node at a time. */
export function createJobs(core: {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly log: Logger;
}): Jobs {
  const { models, clock, log } = core;
  const works = new Map<string, Work[]>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const after = (ms: number): Date => new Date(clock.now().getTime() + ms);

  /** The next job that nobody works on, with a lease of this node's. */
  const claim = () =>
    models.jobs
      .findOneAndUpdate(
        { kind: trusted({ $in: [...works.keys()] }), leaseUntil: trusted({ $lt: clock.now() }) },
        { $set: { leaseUntil: after(leaseMs) } },
        { sort: { leaseUntil: 1 } },
      )
      .lean();

  async function work(): Promise<void> {
    for (;;) {
      if (stopping.signal.aborted) return;
      const job = await claim();
      if (job === null) return;
      const { kind, subject, isSecond } = job;
      const renewal = setInterval(() => void renew(job._id), leaseMs / 3);
      try {
        for (const part of works.get(kind) ?? []) await part(String(subject), stopping.signal);
        stopping.signal.throwIfAborted();
        if (isSecond) await models.jobs.deleteOne({ _id: job._id });
        else await repeatLater(job._id);
        log.info({ job: kind, subject: String(subject), isSecond }, 'job done');
      } finally {
        clearInterval(renewal);
      }
    }
  }

  async function repeatLater(id: unknown): Promise<void> {
    const leaseUntil = after(limits.database.socketTimeoutMs);
    await models.jobs.updateOne({ _id: id }, { $set: { isSecond: true, leaseUntil } });
  }

  async function renew(id: unknown): Promise<void> {
    await models.jobs
      .updateOne({ _id: id }, { $set: { leaseUntil: after(leaseMs) } })
      .catch(() => {});
  }

  function look(): void {
    if (stopping.signal.aborted) return;
    running ??= work()
      .catch((error: unknown) => {
        // The lease ends and the job is done again, here or elsewhere.
        if (!stopping.signal.aborted) log.warn({ err: error }, 'a job failed and is repeated');
      })
      .finally(() => (running = undefined));
  }

  return {
    handle: (kind, part) => void works.set(kind, [...(works.get(kind) ?? []), part]),
    async add(kind, subject, change) {
      const job = { kind, subject: toObjectId(subject), leaseUntil: firstLease };
      try {
        return await withTransaction(models.jobs.db, async (session) => {
          await models.jobs.create([{ ...job, timestamp: clock.now() }], { session });
          return change(session);
        });
      } catch (error) {
        if (duplicateKeyOf(error) === undefined) throw error;
        return undefined;
      } finally {
        look();
      }
    },
    start() {
      timer = setInterval(look, lookEveryMs);
      look();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort(new Error('the node stops'));
      await running;
    },
  };
}
