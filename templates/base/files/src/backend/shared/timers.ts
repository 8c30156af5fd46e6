/** What happens later; a test can let the time pass at once. */
export interface Timers {
  /** Does it once, after so many milliseconds; returns the way to cancel it. */
  after(ms: number, work: () => void): () => void;
  /** Does it again and again; returns the way to end it. */
  every(ms: number, work: () => void): () => void;
}

/** The timers of the process. */
export const systemTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};
