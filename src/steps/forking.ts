import { Worker } from 'node:worker_threads';

const LONG_MS = 500;
// Sleeps while nothing begins; a beginning that lasts is a child that Ctrl-Z has stopped.
const WATCHER = `
const { workerData: begins } = require('node:worker_threads');
for (;;) {
  Atomics.wait(begins, 0, 0);
  if (Atomics.wait(begins, 0, 1, ${LONG_MS}) === 'timed-out') process.kill(0, 'SIGCONT');
}`;

let begins: Int32Array | undefined;

/**
 * Begins a process. Node waits in `fork` until the other program runs, and hears no signal meanwhile.
 * A Ctrl-Z in that moment would stop the child before it is that program, and us only after it is:
 * nobody could ever go on, nor the shell do anything about it. A thread lets the child go on then,
 * and the signal is heard. Needed only where we handle Ctrl-Z: who does not stops at once.
 */
export function forking<Child>(begin: () => Child): Child {
  if (process.platform === 'win32' || !process.stderr.isTTY || !process.listenerCount('SIGTSTP'))
    return begin();
  begins ??= watched();
  try {
    tell(begins, 1);
    return begin();
  } finally {
    tell(begins, 0);
  }
}

function tell(state: Int32Array, value: 0 | 1): void {
  Atomics.store(state, 0, value);
  Atomics.notify(state, 0);
}

function watched(): Int32Array {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const watcher = new Worker(WATCHER, { eval: true, workerData: state });
  // Without it only that moment is left.
  watcher.on('error', () => {});
  watcher.unref();
  return state;
}
