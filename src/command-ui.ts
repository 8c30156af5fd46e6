import { flagWords } from './command-line/flag-words.ts';
import type { Flags } from './options/options.ts';
import { wantsPlain } from './prompts/dialogue.ts';
import type { LifecycleCommand } from './result.ts';
import type { Suspensions } from './terminal/suspensions.ts';
import { createUi } from './terminal/ui.ts';
import type { Ui } from './terminal/ui.ts';

type UiFlags = Pick<Flags, 'json' | 'quiet' | 'debug' | 'interactive'>;

/** The user interface of a command with these flags, on the streams of this process. */
export function commandUi(
  { json = false, quiet = false, debug = false, interactive }: UiFlags,
  suspensions: Suspensions,
  command?: LifecycleCommand,
): Ui {
  const { stdout, stderr, env: environment } = process;
  // Nobody is left to be told.
  stderr.on('error', () => {});
  const plain = wantsPlain(interactive, environment);
  const shared = { stdout, stderr, environment, json, quiet, debug, plain, suspensions };
  return createUi({ ...shared, ...(command && { command }) });
}

/** The flags of a command line that is not understood: a mistake is reported as was asked, too. */
export function rawFlags(argv: readonly string[]): UiFlags {
  const words = flagWords(argv);
  return {
    json: words.includes('--json'),
    quiet: words.includes('--quiet') || words.includes('-q'),
    debug: words.includes('--debug'),
  };
}
