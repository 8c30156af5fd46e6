import { isCi } from '../terminal/colour.ts';
import { isSet } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';
import { CreateError } from '../errors.ts';
import type { Flags } from '../options/options.ts';
import { VERSION } from '../package.ts';
import type { OpenAsker } from './prompts.ts';
import type { Suspensions } from '../terminal/suspensions.ts';
import { terminalLook } from '../terminal/ui.ts';

/** Whether questions are drawn in a column, come line by line, or do not come at all. */
export type Manner = 'column' | 'plain' | 'none';

const WORDS = 'Ctrl-C ends it, and nothing is written';

/** How a person is asked who runs the command with these flags. */
export function mannerOf(
  { yes, json, interactive }: Flags,
  environment: Environment,
  isTerminal: () => boolean,
): Manner {
  if (yes || json || interactive === false || !isTerminal()) return 'none';
  const isPlain = wantsPlain(interactive, environment);
  const isDumb = environment['TERM'] === 'dumb';
  if (interactive === undefined && (isCi(environment) || (isDumb && !isPlain))) return 'none';
  return isPlain || isDumb ? 'plain' : 'column';
}

/** Whether nothing may be drawn twice. @see https://github.com/charmbracelet/huh#accessibility */
export function wantsPlain(interactive: Flags['interactive'], environment: Environment): boolean {
  return interactive === 'plain' || isSet(environment, 'ACCESSIBLE');
}

/** Makes what asks; with a title, unless the questions go on after something else. */
export function askerFor(
  manner: Manner,
  signal: AbortSignal,
  suspensions: Suspensions,
  { isTitled }: { readonly isTitled: boolean },
): OpenAsker {
  const title = isTitled ? `create-chat-backend ${VERSION}` : '';
  // Each is loaded when it is needed, and stdin opened: most runs ask nothing.
  return async () => {
    const { stdin, stderr, env } = process;
    if (!isTitled) stderr.write('\n');
    if (manner === 'plain') {
      const { PlainAsker } = await import('./plain-asker.ts');
      const write = (text: string): unknown => stderr.write(text);
      return new PlainAsker({ input: stdin, write, signal }, title, WORDS);
    }
    const { ColumnAsker } = await import('./column-asker.ts');
    const look = terminalLook(stderr, env);
    const terminal = { screen: stderr, input: stdin, look, signal, suspensions };
    return new ColumnAsker(terminal, title, WORDS);
  };
}

/** What somebody is told who asked for questions where nobody can answer. */
export function cannotAsk(): CreateError {
  return new CreateError(
    'USAGE',
    '--interactive cannot ask: stdin and stdout have to be a terminal',
    'Leave --interactive out and say what differs from the defaults, for example: create-chat-backend my-app --yes',
  );
}
