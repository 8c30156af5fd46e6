import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

interface LoaderOptions {
  /** How many loads may run at once. */
  readonly atOnce?: number;
  /** For what is not urgent: how long keys are gathered, in milliseconds. */
  readonly gatherMs?: number;
  /** The least time from the start of one load to the next: whoever comes meanwhile shares that. */
  readonly everyMs?: number;
}

/**
 * For what each connect reads: in a storm a query serves a dozen of them; the first one starts at
 * once.
 */
export const perConnect: LoaderOptions = { everyMs: 10 };

/**
 * Joins the keys of calls into loads: while as many as allowed are running, calls wait, and then
 * everything that waits is one load. When little is going on, only the keys of one turn of the
 * event loop share one. A load starts after all calls that it answers.
 */
export class Loader<Value> {
  readonly #load: Load<Value>;
  readonly #gatherMs: number;
  readonly #everyMs: number;
  readonly #running: Promise<unknown>[];
  #begunAt = -Infinity;
  #waiting: { readonly keys: Set<string>; readonly answer: ReturnType<Load<Value>> } | undefined;

  constructor(load: Load<Value>, { atOnce = 1, gatherMs = 0, everyMs = 0 }: LoaderOptions = {}) {
    this.#load = load;
    this.#gatherMs = gatherMs;
    this.#everyMs = everyMs;
    this.#running = Array.from({ length: atOnce }, () => Promise.resolve());
  }

  async one(key: string): Promise<Value | undefined> {
    return (await this.all([key])).get(key);
  }

  /** At least the values of these keys. */
  all(keys: readonly string[]): ReturnType<Load<Value>> {
    this.#waiting ??= this.#open();
    for (const key of keys) this.#waiting.keys.add(key);
    return this.#waiting.answer;
  }

  #open() {
    const keys = new Set<string>();
    const waitMs = Math.max(this.#gatherMs, this.#begunAt + this.#everyMs - performance.now());
    const gathered = waitMs > 0 ? sleep(waitMs, undefined, { ref: false }) : nextTurn();
    const before = this.#running.shift() ?? Promise.resolve();
    const answer = Promise.allSettled([before, gathered]).then(() => {
      this.#waiting = undefined;
      this.#begunAt = performance.now();
      return this.#load([...keys]);
    });
    this.#running.push(answer); // behind those that started before it
    return { keys, answer };
  }
}
