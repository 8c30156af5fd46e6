type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/** Joins the keys of all calls that come until `window` is over into one load. */
export function createBatch<Value>(load: Load<Value>, window: () => Promise<void>): Load<Value> {
  let waiting: { readonly keys: Set<string>; readonly answer: ReturnType<Load<Value>> } | undefined;

  function open() {
    const keys = new Set<string>();
    const answer = window().then(() => {
      waiting = undefined;
      return load([...keys]);
    });
    return { keys, answer };
  }

  return (keys) => {
    waiting ??= open();
    for (const key of keys) waiting.keys.add(key);
    return waiting.answer;
  };
}
