interface Entry<Value> {
  value: Value | Promise<Value>;
  readonly until: number;
  isRenewed: boolean;
}

/**
 * Remembers answers for a short time, at most `size` of them, and joins concurrent questions for
 * one key; a rejected answer is not kept. What is asked for in the second half of its time is
 * refreshed meanwhile, so that frequent readers never wait; no answer is older than `ttlMs`.
 */
export class TtlCache<Value> {
  readonly #ttlMs: number;
  readonly #size: number;
  readonly #entries = new Map<string, Entry<Value>>();

  /** @param ttlMs in milliseconds */
  constructor(ttlMs: number, size: number) {
    this.#ttlMs = ttlMs;
    this.#size = size;
  }

  /**
   * What is known is there at once, without a promise: it is asked for each message. `renew` reads
   * what nobody waits for.
   */
  get(
    key: string,
    load: () => Promise<Value>,
    renew: () => Promise<Value> = load,
  ): Value | Promise<Value> {
    const now = performance.now();
    const known = this.#entries.get(key);
    if (known === undefined || known.until <= now) return this.#read(key, load, now);
    if (known.until - now < this.#ttlMs / 2 && !known.isRenewed)
      this.#renew(key, known, renew, now);
    return known.value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #keep(key: string, value: Entry<Value>['value'], from: number): Entry<Value> {
    const entry = { value, until: from + this.#ttlMs, isRenewed: false };
    this.#entries.delete(key); // so that the order of the map is the order of age
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#size)
      this.#entries.delete(this.#entries.keys().next().value as string);
    return entry;
  }

  #read(key: string, load: () => Promise<Value>, now: number): Promise<Value> {
    const value = load();
    const entry = this.#keep(key, value, now);
    value.then(
      (answer) => (entry.value = answer),
      () => this.#entries.get(key) === entry && this.#entries.delete(key),
    );
    return value;
  }

  #renew(key: string, entry: Entry<Value>, load: () => Promise<Value>, now: number): void {
    entry.isRenewed = true;
    load().then(
      // What was deleted meanwhile stays deleted: this read may have begun before the change.
      (answer) => this.#entries.get(key) === entry && this.#keep(key, answer, now),
      () => (entry.isRenewed = false),
    );
  }
}
