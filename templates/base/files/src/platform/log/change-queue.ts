import { AppError } from '../errors/app-error.ts';
import { tuning } from '../tuning.ts';
import type { ChangeKind, ChangeResult, ChangeTarget } from './types.ts';

/** A kind of change, whatever it wants. */
export type AnyKind<Row, Permission> = ChangeKind<Row, ChangeTarget, Permission>;

/** A change on its way to its transaction; of two results the first holds. */
export class PendingChange<Row, Permission> {
  readonly kind: AnyKind<Row, Permission>;
  readonly wanted: ChangeTarget;
  /** On the monotonic clock, in milliseconds. */
  readonly deadline: number;
  readonly result: Promise<ChangeResult<Row>>;
  #resolve!: (result: ChangeResult<Row>) => void;
  #reject!: (error: unknown) => void;

  constructor(kind: AnyKind<Row, Permission>, wanted: ChangeTarget, deadline: number) {
    this.kind = kind;
    this.wanted = wanted;
    this.deadline = deadline;
    this.result = new Promise<ChangeResult<Row>>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.result.catch(() => {}); // whoever asked may have been answered at the deadline
  }

  resolve(result: ChangeResult<Row>): void {
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.#reject(error);
  }
}

/** The changes of one conversation that wait, in the order they came, and the kinds that rest. */
export class ChangeQueue<Row, Permission> {
  /** Whether a batch is under way. */
  isRunning = false;
  readonly #resting = new Set<AnyKind<Row, Permission>>();
  #waiting: PendingChange<Row, Permission>[] = [];

  /** @throws AppError `unavailable` when there is no room */
  add(pending: PendingChange<Row, Permission>): void {
    if (this.#waiting.length >= tuning.log.waitingChanges) this.#dropLate();
    if (this.#waiting.length >= tuning.log.waitingChanges)
      throw new AppError('unavailable', {
        detail: 'Too many changes of this conversation wait to be stored.',
        retryAfterMs: 1_000,
      });
    this.#waiting.push(pending);
  }

  /** Takes the next batch out: what is of the kind of the first one that need not rest. */
  take(): readonly PendingChange<Row, Permission>[] {
    this.#dropLate();
    const first = this.#waiting.find(({ kind }) => !this.#resting.has(kind));
    if (first === undefined) return [];
    const batch = this.#waiting
      .filter(({ kind }) => kind === first.kind)
      .slice(0, tuning.log.batchChanges);
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((pending) => !taken.has(pending));
    return batch;
  }

  rest(kind: AnyKind<Row, Permission>): void {
    this.#resting.add(kind);
  }

  endRest(kind: AnyKind<Row, Permission>): void {
    this.#resting.delete(kind);
  }

  /** Whether nothing of it is worth keeping. */
  get isIdle(): boolean {
    return !this.isRunning && this.#waiting.length === 0 && this.#resting.size === 0;
  }

  /** Whoever asked for these has been told that they are late: they must not happen any more. */
  #dropLate(): void {
    const now = performance.now();
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now);
  }
}
