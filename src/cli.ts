import { isCi } from './colour.ts';
import { toRun } from './context.ts';
import { createProject } from './create.ts';
import { CreateError, toCreateError } from './errors.ts';
import { loadFeatures } from './features.ts';
import { swallowedFlags } from './npm-init.ts';
import type { CreateOptions, Flags } from './options.ts';
import { TEMPLATES } from './package.ts';
import { parseCommandLine } from './program.ts';
import { askForMissing } from './prompts.ts';
import { watchSignals } from './signals.ts';
import { createUi } from './ui.ts';
import type { Ui } from './ui.ts';

/** Runs the command. Resolves to its exit code; never ends the process, never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  ignoreClosedOutput();
  const watch = watchSignals();
  let ui = makeUi(rawFlags(argv));
  try {
    const flags = readFlags(argv);
    if (typeof flags === 'string') {
      process.stdout.write(flags);
      return 0;
    }
    ui = makeUi(flags);
    const options = await toOptions(flags, watch.signal);
    ui.result(await createProject(options, { reporter: ui, signal: watch.signal }));
    return 0;
  } catch (thrown) {
    const error = toCreateError(thrown);
    ui.error(error);
    return error.code === 'ABORTED' ? (watch.exitCode() ?? error.exitCode) : error.exitCode;
  } finally {
    watch.stop();
  }
}

function readFlags(argv: readonly string[]): Flags | string {
  const swallowed = swallowedFlags(process.env, argv);
  const parsed = parseCommandLine(argv, loadFeatures(TEMPLATES));
  return parsed.kind === 'print' ? parsed.text : { ...swallowed, ...parsed.flags };
}

async function toOptions(flags: Flags, signal: AbortSignal): Promise<CreateOptions> {
  const { force, yes, interactive, json, quiet: _quiet, debug: _debug, ...given } = flags;
  if (force && given.onConflict !== undefined && given.onConflict !== 'overwrite') {
    throw new CreateError(
      'INVALID_OPTION',
      `--force and --on-conflict ${given.onConflict} contradict each other`,
      'Leave one of the two out.',
    );
  }
  const options = {
    ...given,
    ...(force && { onConflict: 'overwrite' as const }),
    packageManager: given.packageManager ?? callingPackageManager(),
  };
  if (!yes && !json && isAtTerminal() && (interactive ?? !isCi(process.env))) {
    return askForMissing(options, loadFeatures(TEMPLATES), toRun({ signal }));
  }
  if (options.directory !== undefined) return { ...options, directory: options.directory };
  throw new CreateError(
    'USAGE',
    'the directory is missing',
    'Say where the project goes, for example: create-chat-backend my-app --yes',
  );
}

// A dumb terminal cannot redraw a question.
function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

// npm, pnpm, yarn and bun say who they are to what they run: `pnpm/9.1.0 npm/? node/v20`.
function callingPackageManager(): 'npm' | 'pnpm' | 'yarn' | 'bun' | undefined {
  const name = /^[a-z]+/.exec(process.env['npm_config_user_agent'] ?? '')?.[0];
  return name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : undefined;
}

function makeUi({ json = false, quiet = false, debug = false }: Flags): Ui {
  const { stdout, stderr, env: environment } = process;
  return createUi({ stdout, stderr, environment, json, quiet, debug });
}

// A mistake on the command line has to be reported in the form that was asked for, too.
function rawFlags(argv: readonly string[]): Flags {
  return {
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet') || argv.includes('-q'),
    debug: argv.includes('--debug'),
  };
}

// `| head -1` closes our output early: nothing to complain about, and no reason to stop half-way.
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
