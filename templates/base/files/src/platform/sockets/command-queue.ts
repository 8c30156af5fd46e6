import { limits } from '../../configs/limits.ts';

/** The commands of one socket: one after the other, in the order in which they came. */
export class CommandQueue<Command> {
  /** The first one is running. */
  readonly #pending: Command[] = [];
  readonly #run: (command: Command) => Promise<void> | undefined;
  #isRunning = false;

  /** @param run never throws; the next command waits for the promise, if there is one */
  constructor(run: (command: Command) => Promise<void> | undefined) {
    this.#run = run;
  }

  /** What waits for its turn is memory that a client can fill. */
  get isFull(): boolean {
    return this.#pending.length >= limits.socket.pendingCommands;
  }

  add(command: Command): void {
    this.#pending.push(command);
    if (!this.#isRunning) void this.#runAll();
  }

  /** Removes the commands that have not started; returns how many. */
  clear(): number {
    return this.#pending.splice(1).length;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const running = this.#run(next);
      // Every message comes through here: without a promise nothing is awaited.
      if (running !== undefined) await running;
      this.#pending.shift();
    }
    this.#isRunning = false;
  }
}
