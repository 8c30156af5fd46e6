const maxKept = 100_000;

/** Many times in milliseconds, of which an even part is kept. */
export interface Times {
  add(milliseconds: number): void;
  readonly count: number;
  /** The time that a part of them, 0 to 1, does not exceed; NaN when there is none. */
  quantile(part: number): number;
}

/** Creates an empty collection. */
export function createTimes(): Times {
  let kept: number[] = [];
  let every = 1;
  let count = 0;
  return {
    add(milliseconds) {
      count += 1;
      if (count % every !== 0) return;
      kept.push(milliseconds);
      if (kept.length < maxKept) return;
      kept = kept.filter((_time, index) => index % 2 === 1);
      every *= 2;
    },
    get count() {
      return count;
    },
    quantile(part) {
      const sorted = kept.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
    },
  };
}
