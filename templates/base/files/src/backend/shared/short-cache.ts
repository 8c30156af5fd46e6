/**
 * Remembers answers for a short time, at most `size` of them, and joins concurrent questions for one
 * key; a rejected answer is not kept. What is asked for in the second half of its time is read anew
 * meanwhile, so that who asks often never waits; no answer is older than `ttlMs`.
 */
export interface ShortCache<Value> {
  /**
   * What is known is there at once, without a promise: it is asked for each message. `renew` reads
   * what nobody waits for.
   */
  get(
    key: string,
    load: () => Promise<Value>,
    renew?: () => Promise<Value>,
  ): Value | Promise<Value>;
  forget(key: string): void;
}

/** Creates an empty cache; `ttlMs` in milliseconds. */
export function createShortCache<Value>(ttlMs: number, size: number): ShortCache<Value> {
  interface Entry {
    value: Value | Promise<Value>;
    readonly until: number;
    isRenewed: boolean;
  }
  const entries = new Map<string, Entry>();

  function keep(key: string, value: Entry['value'], from: number): Entry {
    const entry = { value, until: from + ttlMs, isRenewed: false };
    entries.delete(key); // so that the order of the map is the order of age
    entries.set(key, entry);
    if (entries.size > size) entries.delete(entries.keys().next().value as string);
    return entry;
  }

  function read(key: string, load: () => Promise<Value>, now: number): Promise<Value> {
    const value = load();
    const entry = keep(key, value, now);
    value.then(
      (answer) => (entry.value = answer),
      () => entries.get(key) === entry && entries.delete(key),
    );
    return value;
  }

  function renew(key: string, entry: Entry, load: () => Promise<Value>, now: number): void {
    entry.isRenewed = true;
    load().then(
      // What was forgotten meanwhile stays forgotten: this read may have begun before the change.
      (answer) => entries.get(key) === entry && keep(key, answer, now),
      () => (entry.isRenewed = false),
    );
  }

  return {
    get(key, load, again = load) {
      const now = performance.now();
      const known = entries.get(key);
      if (known === undefined || known.until <= now) return read(key, load, now);
      if (known.until - now < ttlMs / 2 && !known.isRenewed) renew(key, known, again, now);
      return known.value;
    },
    forget: (key) => void entries.delete(key),
  };
}
