import { trusted, type ClientSession, type Model } from 'mongoose';
import type { Logger } from 'pino';
import { limits } from '../../configs/limits.ts';
import type { JobRow } from '../../models/job.ts';
import type { Clock } from '../lib/time.ts';
import { duplicateKeyOf } from '../errors/database-errors.ts';
import { toObjectId } from '../database/ids.ts';
import { withTransaction } from '../database/transaction.ts';

const lookEveryMs = 10_000;
const leaseMs = 60_000; // a node that died is replaced after this time
const firstLease = new Date(0);

/** What a job does; it must be harmless to do it again from the start. */
type Work = (subject: string, signal: AbortSignal) => Promise<unknown>;

interface Core {
  readonly models: { readonly jobs: Model<JobRow> };
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Work in the background that outlives this node; each job is done by one node at a time. All of it
 * erases what somebody wrote, so each job is done a second time, when every write that was under way
 * at the first has ended.
 */
export class Jobs {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #jobs: Model<JobRow>;
  readonly #works = new Map<string, Work[]>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor({ models, clock, log }: Core) {
    this.#log = log;
    this.#clock = clock;
    this.#jobs = models.jobs;
  }

  /** Adds to what a kind of job does, after what was added before; before `start`. */
  handle(kind: string, work: Work): void {
    this.#works.set(kind, [...(this.#works.get(kind) ?? []), work]);
  }

  /**
   * Stores a job together with the change that makes it due, both or neither, and starts it soon.
   * Returns what the change returns; undefined when that job is stored already, and so is its
   * change.
   */
  async add<Result>(
    kind: string,
    subject: string,
    change: (session: ClientSession) => Promise<Result>,
  ): Promise<Result | undefined> {
    const job = { kind, subject: toObjectId(subject), leaseUntil: firstLease };
    try {
      return await withTransaction(this.#jobs.db, async (session) => {
        await this.#jobs.create([{ ...job, timestamp: this.#clock.now() }], { session });
        return change(session);
      });
    } catch (error) {
      if (duplicateKeyOf(error) === undefined) throw error;
      return undefined;
    } finally {
      this.#look();
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#look();
  }

  /** Takes no new job and waits for the running one. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new Error('the node stops'));
    await this.#running;
  }

  #look(): void {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    this.#running ??= this.#workAll(signal)
      .catch((error: unknown) => {
        // The lease ends and the job is done again, here or elsewhere.
        if (!signal.aborted) this.#log.warn({ err: error }, 'a job failed and will be repeated');
      })
      .finally(() => (this.#running = undefined));
  }

  async #workAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const job = await this.#claim();
      if (job === null) return;
      const renewal = setInterval(() => void this.#renew(job._id), leaseMs / 3);
      try {
        await this.#work(job, signal);
      } finally {
        clearInterval(renewal);
      }
    }
  }

  async #work(job: JobRow & { readonly _id: unknown }, signal: AbortSignal): Promise<void> {
    const { _id, kind, isSecond } = job;
    const subject = String(job.subject);
    for (const part of this.#works.get(kind) ?? []) await part(subject, signal);
    signal.throwIfAborted();
    if (isSecond) await this.#jobs.deleteOne({ _id });
    else {
      const leaseUntil = this.#after(limits.database.socketTimeoutMs);
      await this.#jobs.updateOne({ _id }, { $set: { isSecond: true, leaseUntil } });
    }
    const what = isSecond ? 'job done for the second time' : 'job done, to be repeated';
    this.#log.info({ job: kind, subject }, what);
  }

  /** The next job that nobody works on, with a lease of this node's. */
  #claim() {
    const kind = trusted({ $in: [...this.#works.keys()] });
    const leaseUntil = trusted({ $lt: this.#clock.now() });
    return this.#jobs
      .findOneAndUpdate(
        { kind, leaseUntil },
        { $set: { leaseUntil: this.#after(leaseMs) } },
        { sort: { leaseUntil: 1 } },
      )
      .lean();
  }

  async #renew(_id: unknown): Promise<void> {
    const leaseUntil = this.#after(leaseMs);
    await this.#jobs.updateOne({ _id }, { $set: { leaseUntil } }).catch(() => {});
  }

  #after(ms: number): Date {
    return new Date(this.#clock.now().getTime() + ms);
  }
}
