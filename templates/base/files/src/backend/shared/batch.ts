import { setImmediate as nextTurn } from 'node:timers/promises';

type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/**
 * Joins the keys of calls into loads, of which at most `atOnce` are under way: what comes meanwhile
 * waits, and then everything that waits is one load. No timer: at low load only the keys of one turn
 * of the event loop share one. A load begins after all calls that it answers.
 */
export function createBatch<Value>(load: Load<Value>, atOnce = 1): Load<Value> {
  let waiting: { readonly keys: Set<string>; readonly answer: ReturnType<Load<Value>> } | undefined;
  const running: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());

  function open() {
    const keys = new Set<string>();
    const answer = Promise.allSettled([running.shift(), nextTurn()]).then(() => {
      waiting = undefined;
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
