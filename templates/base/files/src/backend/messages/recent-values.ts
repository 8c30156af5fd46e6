/**
 * Values that only go forward, each remembered for at least `keepMs` milliseconds after it was noted
 * and at most twice as long: two maps that take turns need no timer and no time beside each value.
 */
export class RecentValues<Value> {
  readonly #keepMs: number;
  readonly #furthest: (one: Value, other: Value) => Value;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #turnAt = -Infinity;

  /** Knows nothing yet. */
  constructor(keepMs: number, furthest: (one: Value, other: Value) => Value) {
    this.#keepMs = keepMs;
    this.#furthest = furthest;
  }

  note(key: string, value: Value): void {
    const known = this.get(key);
    this.#young.set(key, known === undefined ? value : this.#furthest(known, value));
  }

  get(key: string): Value | undefined {
    this.#turn();
    return this.#young.get(key) ?? this.#old.get(key);
  }

  keys(): ReadonlySet<string> {
    this.#turn();
    return new Set([...this.#old.keys(), ...this.#young.keys()]);
  }

  /** How many keys there are, those in both maps counted twice. */
  get sizeAtMost(): number {
    this.#turn();
    return this.#old.size + this.#young.size;
  }

  #turn(): void {
    const now = performance.now();
    if (now < this.#turnAt) return;
    this.#old = now < this.#turnAt + this.#keepMs ? this.#young : new Map();
    this.#young = new Map();
    this.#turnAt = now + this.#keepMs;
  }
}
