import { setImmediate as nextTurn } from 'node:timers/promises';

type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/**
 * Joins the keys of calls into one load, as a commit lane does: what comes while a load is under way
 * waits, and then everything that waits is one load. No timer: at low load only the keys of one turn
 * of the event loop share it. A load begins after all calls that it answers.
 */
export function createBatch<Value>(load: Load<Value>): Load<Value> {
  let waiting: { readonly keys: Set<string>; readonly answer: ReturnType<Load<Value>> } | undefined;
  let running: Promise<unknown> = Promise.resolve();

  function open() {
    const keys = new Set<string>();
    const answer = Promise.allSettled([running, nextTurn()]).then(() => {
      waiting = undefined;
      return load([...keys]);
    });
    running = answer;
    return { keys, answer };
  }

  return (keys) => {
    waiting ??= open();
    for (const key of keys) waiting.keys.add(key);
    return waiting.answer;
  };
}
