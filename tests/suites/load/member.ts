import type { Chat } from '../../client/chat.ts';
import type { Part } from './part.ts';

/** A member of a room in this process. */
export interface Member {
  readonly part: Part;
  readonly chat?: Chat;
  /** Resolves once the server named its conversation. */
  ready(): Promise<void>;
  start(): void;
  /** Sends nothing new. */
  stop(): void;
  /** What has no acknowledgement yet. */
  readonly waiting: number;
  close(): void;
}

/** How one try of a send ended. */
export interface Attempt {
  readonly ms: number;
  /** `ok`, the code of a problem, or `lost` when the connection ended before. */
  readonly outcome: string;
}

/** The longest answered try and how often each outcome was. */
export function createTally() {
  const outcomes: Record<string, number> = {};
  let longestMs = 0;
  let disconnects = 0;
  return {
    disconnected: (): void => void (disconnects += 1),
    note({ ms, outcome }: Attempt): void {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome !== 'lost') longestMs = Math.max(longestMs, ms);
    },
    read: () => ({ outcomes, longestMs, disconnects }),
  };
}

export type Tally = ReturnType<typeof createTally>;

/** Calls `work` so often a second, or in every turn when that is 0; the work may do nothing. */
export function pace(perSecond: number, work: () => void): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      clearInterval(timer); // it may have been started already
      timer = setInterval(work, perSecond === 0 ? 5 : 1_000 / perSecond);
    },
    stop: () => clearInterval(timer),
  };
}

export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
