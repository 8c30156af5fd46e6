import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

interface BatchOptions {
  /** How many loads may be under way. */
  readonly atOnce?: number;
  /** For what nobody is in a hurry for: how long keys are gathered, in milliseconds. */
  readonly gatherMs?: number;
  /** At least so long from the begin of one load to the next: who comes meanwhile shares that. */
  readonly everyMs?: number;
}

/** For what each connect reads: in a storm a query serves a dozen of them, the first is at once. */
export const inStorms: BatchOptions = { everyMs: 10 };

/**
 * Joins the keys of calls into loads: what comes while as many as may be are under way waits, and
 * then everything that waits is one load. At low load only the keys of one turn of the event loop
 * share one. A load begins after all calls that it answers.
 */
export function createBatch<Value>(
  load: Load<Value>,
  { atOnce = 1, gatherMs = 0, everyMs = 0 }: BatchOptions = {},
): Load<Value> {
  let waiting: { readonly keys: Set<string>; readonly answer: ReturnType<Load<Value>> } | undefined;
  let begunAt = -Infinity;
  const running: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());

  function open() {
    const keys = new Set<string>();
    const waitMs = Math.max(gatherMs, begunAt + everyMs - performance.now());
    const gathered = waitMs > 0 ? sleep(waitMs, undefined, { ref: false }) : nextTurn();
    const before = running.shift() ?? Promise.resolve();
    const answer = Promise.allSettled([before, gathered]).then(() => {
      waiting = undefined;
      begunAt = performance.now();
      return load([...keys]);
    });
    running.push(answer); // behind those that began before it
    return { keys, answer };
  }

  return (keys) => {
    waiting ??= open();
    for (const key of keys) waiting.keys.add(key);
    return waiting.answer;
  };
}
