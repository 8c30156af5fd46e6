/** Counts what is open at once for each key, up to a maximum. */
export class OpenCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether one more may open. */
  fits(key: string): boolean {
    return (this.#counts.get(key) ?? 0) < this.#max;
  }

  /** Counts one more; false when there are as many as may be. */
  enter(key: string): boolean {
    if (!this.fits(key)) return false;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return true;
  }

  /** Counts one less, once for each that was counted. */
  leave(key: string): void {
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
