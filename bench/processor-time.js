import { readdirSync, readFileSync } from 'node:fs';

// Where nothing can be loaded into a process, Linux says what it has used.
const NANOSECONDS = 1_000;

/** Whether this system can be asked. */
export const canAsk = () => readOf('self') !== undefined;

/** Microseconds of processor time of a process so far. Its threads stay as long as it is measured. */
export function processorTimeOf(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + (readOf(`${pid}/task/${thread}`) ?? 0),
    0,
  );
}

/** Nothing of a thread that has ended. */
function readOf(path) {
  try {
    const [used] = readFileSync(`/proc/${path}/schedstat`, 'utf8').split(' ');
    return Number(used) / NANOSECONDS;
  } catch {
    return undefined;
  }
}
