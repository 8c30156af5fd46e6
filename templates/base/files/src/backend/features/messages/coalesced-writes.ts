import type { Logger } from 'pino';

/** Writes that only go forward and may be late: many values of one key become one write. */
export interface CoalescedWrites<Value> {
  note(key: string, value: Value): void;
  /** What is not stored yet. */
  pending(key: string): Value | undefined;
  /** Stores what waits, and waits for it. */
  flush(): Promise<void>;
}

/**
 * Creates the coalescing of one kind of write, at most one every `everyMs` milliseconds. What is
 * lost in a crash is at most that old; a failed write is noted again unless a newer value is.
 */
export function createCoalescedWrites<Value>(
  everyMs: number,
  log: Logger,
  write: (values: ReadonlyMap<string, Value>) => Promise<unknown>,
): CoalescedWrites<Value> {
  let waiting = new Map<string, Value>();
  let writing = new Map<string, Value>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function store(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    writing = waiting;
    waiting = new Map();
    try {
      await write(writing);
    } catch (error) {
      log.warn({ err: error }, 'a late write failed and is repeated');
      for (const [key, value] of writing) if (!waiting.has(key)) waiting.set(key, value);
      schedule();
    } finally {
      writing = new Map();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), everyMs).unref();
  }

  function flush(): Promise<void> {
    running = running.then(store);
    return running;
  }

  return {
    note(key, value) {
      waiting.set(key, value);
      schedule();
    },
    pending: (key) => waiting.get(key) ?? writing.get(key),
    flush,
  };
}
