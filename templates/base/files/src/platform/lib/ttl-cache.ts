interface Entry<Value> {
  value: Value | Promise<Value>;
  /** When it was asked for, on the monotonic clock. */
  readonly from: number;
  isRenewed: boolean;
}

/**
 * Remembers answers for a time, at most `size` of them, and joins concurrent questions for one key; a
 * rejected answer is not kept, nor one that `isKept` refuses. What is asked for in the second half of its time is refreshed meanwhile, so that frequent
 * readers never wait; no answer is older than `ttlMs`.
 */
export class TtlCache<Value> {
  readonly #ttlMs: () => number;
  readonly #size: number;
  readonly #isKept: (answer: Value) => boolean;
  readonly #entries = new Map<string, Entry<Value>>();

  /** @param ttlMs says how many milliseconds, as it may change */
  constructor(ttlMs: () => number, size: number, isKept: (answer: Value) => boolean = () => true) {
    this.#ttlMs = ttlMs;
    this.#size = size;
    this.#isKept = isKept;
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
    const [now, ttlMs] = [performance.now(), this.#ttlMs()];
    const known = this.#entries.get(key);
    if (known === undefined || now - known.from >= ttlMs) return this.#read(key, load, now);
    if (now - known.from > ttlMs / 2 && !known.isRenewed) this.#renew(key, known, renew, now);
    return known.value;
  }

  /** Takes an answer that was read for something else, at `from`; it displaces nothing that counts. */
  offer(key: string, answer: Value, from: number): void {
    const isFull = this.#entries.size >= this.#size;
    const known =
      this.#entries.get(key) ?? (isFull ? this.#entries.values().next().value : undefined);
    if (known === undefined || from - known.from >= this.#ttlMs()) this.#keep(key, answer, from);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #keep(key: string, value: Entry<Value>['value'], from: number): Entry<Value> {
    const entry = { value, from, isRenewed: false };
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
      (answer) => (this.#isKept(answer) ? (entry.value = answer) : this.#drop(key, entry)),
      () => this.#drop(key, entry),
    );
    return value;
  }

  #renew(key: string, entry: Entry<Value>, load: () => Promise<Value>, now: number): void {
    entry.isRenewed = true;
    load().then(
      // What was deleted meanwhile stays deleted: this read may have begun before the change.
      (answer) => this.#drop(key, entry) && this.#isKept(answer) && this.#keep(key, answer, now),
      () => (entry.isRenewed = false),
    );
  }

  /** Whether it was there. */
  #drop(key: string, entry: Entry<Value>): boolean {
    return this.#entries.get(key) === entry && this.#entries.delete(key);
  }
}
