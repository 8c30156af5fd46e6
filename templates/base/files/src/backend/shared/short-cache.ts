/**
 * Remembers answers for a short time, at most `size` of them, and joins concurrent questions for one
 * key; a rejected answer is not kept.
 */
export interface ShortCache<Value> {
  /** What is known is there at once, without a promise: it is asked for each message. */
  get(key: string, load: () => Promise<Value>): Value | Promise<Value>;
  forget(key: string): void;
}

/** Creates an empty cache; `ttlMs` in milliseconds. */
export function createShortCache<Value>(ttlMs: number, size: number): ShortCache<Value> {
  interface Entry {
    value: Value | Promise<Value>;
    readonly until: number;
  }
  const entries = new Map<string, Entry>();

  return {
    get(key, load) {
      const known = entries.get(key);
      if (known !== undefined && known.until > performance.now()) return known.value;
      const value = load();
      const entry: Entry = { value, until: performance.now() + ttlMs };
      entries.delete(key); // so that the order of the map is the order of age
      entries.set(key, entry);
      value.then(
        (answer) => (entry.value = answer),
        () => entries.get(key) === entry && entries.delete(key),
      );
      if (entries.size > size) entries.delete(entries.keys().next().value as string);
      return value;
    },
    forget: (key) => void entries.delete(key),
  };
}
