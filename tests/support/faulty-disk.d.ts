/** A disturbance that goes on until it is stopped. */
export interface Disturbance {
  /** How many calls there were; a file that is written counts for three, a removal for two. */
  readonly calls: () => number;
  readonly stop: () => void;
}

/**
 * What happens at a call: it fails with this code, or the disk is from now on as if the process had
 * been killed (`freeze`), or the process is killed. A call in several parts does the first of them
 * before it fails: a file is then empty or half, a tree half removed.
 */
export type Outcome = `E${string}` | 'freeze' | 'kill' | undefined;

/** Disturbs the calls of this process to everything below a directory; at first none is. */
export function disturb(root: string, what?: (call: number, name: string) => Outcome): Disturbance;
