import type { Suspensions } from './suspensions.ts';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof EXIT_CODES;

/** The signals that end a run, turned into an AbortSignal. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came, if one did. */
  readonly exitCode: () => number | undefined;
  readonly stop: () => void;
}

/**
 * Watches for them. The first ends the run in order; a second one has its usual effect: at once.
 * Ctrl-Z stops it, after everybody who draws has left the screen.
 */
export function watchSignals(suspensions: Suspensions): SignalWatch {
  const controller = new AbortController();
  const names = Object.keys(EXIT_CODES) as Signal[];
  let received: Signal | undefined;
  const unwatch = suspensions.watch();
  const stop = (): void => {
    for (const name of names) process.removeListener(name, onSignal);
    unwatch();
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
