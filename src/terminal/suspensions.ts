/** What draws on the screen, and has to leave it when Ctrl-Z gives it back to the shell. */
export interface Guest {
  readonly suspend: () => void;
  readonly resume: () => void;
}

/** Everybody who draws on the screen at the moment, and how Ctrl-Z stops them. */
export class Suspensions {
  readonly #guests = new Set<Guest>();
  readonly #input: () => NodeJS.ReadStream;
  readonly #onStop = (): void => this.stop();

  /** `input` is called when it is needed: opening stdin takes as long as planning a project. */
  constructor(input: () => NodeJS.ReadStream) {
    this.#input = input;
  }

  /** Returns what to call when nothing is drawn any more. */
  join(guest: Guest): () => void {
    this.#guests.add(guest);
    return () => void this.#guests.delete(guest);
  }

  /** Stops in order when somebody sends the signal of Ctrl-Z; returns what ends that. */
  watch(): () => void {
    process.on('SIGTSTP', this.#onStop);
    return () => void process.removeListener('SIGTSTP', this.#onStop);
  }

  /**
   * Gives the terminal back as the shell knows it, and stops until somebody says `fg`. All programs
   * that Ctrl-Z would reach stop with us: npx waits in the same group, and the shell for npx.
   */
  stop(): void {
    const input = this.#input();
    const isRaw = input.isTTY && input.isRaw;
    for (const guest of this.#guests) guest.suspend();
    if (isRaw) input.setRawMode(false);
    process.removeListener('SIGTSTP', this.#onStop);
    process.once('SIGCONT', () => {
      process.on('SIGTSTP', this.#onStop);
      if (isRaw) input.setRawMode(true);
      for (const guest of this.#guests) guest.resume();
    });
    process.kill(0, 'SIGTSTP');
  }
}
