import { systemCode, whatIsWrong } from '../lib/file-system.ts';

/** A stream that is watched for what it refuses. */
export interface Output {
  /** Why it did not take all that was written, once that is known; a reader that is gone is no reason. */
  readonly problem: () => Promise<string | undefined>;
}

/**
 * Watches a stream. `| head -1` closes our output early: nothing to complain about, and no reason to
 * stop half-way. A full disk is one, but not for a stack.
 */
export function watchOutput(stream: NodeJS.WriteStream): Output {
  let failure: Error | undefined;
  stream.on('error', (error) => (failure ??= error));
  return {
    async problem() {
      await new Promise((resolve) => stream.write('', resolve));
      const code = systemCode(failure);
      if (failure === undefined || code === 'EPIPE') return undefined;
      return code === undefined ? failure.message : `${whatIsWrong(code)} (${code})`;
    },
  };
}
