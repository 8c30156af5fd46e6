const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof EXIT_CODES;

/** The signals that end a run, turned into an AbortSignal. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came, if one did. */
  readonly exitCode: () => number | undefined;
  readonly stop: () => void;
}

/** Watches for them. The first ends the run in order; a second one has its usual effect: at once. */
export function watchSignals(): SignalWatch {
  const controller = new AbortController();
  const names = Object.keys(EXIT_CODES) as Signal[];
  let received: Signal | undefined;
  const stop = (): void => {
    for (const name of names) process.removeListener(name, onSignal);
  };
  function onSignal(name: Signal): void {
    if (received !== undefined) {
      stop();
      process.kill(process.pid, name);
      return;
    }
    received = name;
    controller.abort(name);
  }
  for (const name of names) process.on(name, onSignal);
  return { signal: controller.signal, exitCode: () => received && EXIT_CODES[received], stop };
}
