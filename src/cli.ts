import { isCi } from './colour.ts';
import { toRun } from './context.ts';
import type { Run } from './context.ts';
import { createProject } from './create.ts';
import { CreateError, toCreateError } from './errors.ts';
import { loadFeatures } from './features.ts';
import { swallowedFlags } from './npm-init.ts';
import { contradiction } from './option-value.ts';
import type { CreateOptions, Flags, Given } from './options.ts';
import { TEMPLATES } from './package.ts';
import { overPreset, parsePreset } from './preset.ts';
import { readPresetFile } from './preset-file.ts';
import { parseCommandLine } from './program.ts';
import { askForMissing } from './prompts.ts';
import { watchSignals } from './signals.ts';
import type { SignalWatch } from './signals.ts';
import { createUi } from './ui.ts';
import type { Ui } from './ui.ts';

/** Runs the command. Resolves to its exit code; never ends the process, never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  ignoreClosing(process.stdout);
  let ui: Ui | undefined;
  let watch: SignalWatch | undefined;
  try {
    const flags = readFlags(argv);
    if (typeof flags === 'string') {
      process.stdout.write(flags);
      return 0;
    }
    watch = watchSignals();
    ui = makeUi(flags);
    const options = await toOptions(flags, watch.signal, ui);
    ui.result(await createProject(options, { reporter: ui, signal: watch.signal }));
    return 0;
  } catch (thrown) {
    const error = toCreateError(thrown);
    (ui ?? makeUi(rawFlags(argv))).error(error);
    return error.code === 'ABORTED' ? (watch?.exitCode() ?? error.exitCode) : error.exitCode;
  } finally {
    watch?.stop();
  }
}

function readFlags(argv: readonly string[]): Flags | string {
  const swallowed = swallowedFlags(process.env, argv);
  const parsed = parseCommandLine(argv, loadFeatures(TEMPLATES));
  return parsed.kind === 'print' ? parsed.text : { ...swallowed, ...parsed.flags };
}

async function toOptions(flags: Flags, signal: AbortSignal, ui: Ui): Promise<CreateOptions> {
  const { yes, json, interactive } = flags;
  if (yes && interactive) throw contradiction('--yes', '--interactive');
  const run = toRun({ signal });
  const given = await withPreset(flags, run, ui);
  const options = { ...given, packageManager: given.packageManager ?? callingPackageManager() };
  if (!yes && !json && isAtTerminal() && (interactive ?? !isCi(process.env))) {
    return askForMissing(options, loadFeatures(TEMPLATES), run);
  }
  if (options.directory !== undefined) return { ...options, directory: options.directory };
  throw new CreateError(
    'USAGE',
    'the directory is missing',
    'Say where the project goes, for example: create-chat-backend my-app --yes',
  );
}

async function withPreset(flags: Flags, run: Run, ui: Ui): Promise<Given> {
  const { config } = flags;
  const given = sharedFlags(flags);
  if (config === undefined) return given;
  const text = await readPresetFile(config, { ...run, stdin: process.stdin });
  const { options, notes } = overPreset(given, parsePreset(text, config), config);
  notes.forEach(ui.warn);
  return options;
}

// What createProject takes; the others concern the terminal alone.
function sharedFlags(flags: Flags): Given {
  const { config: _config, force, yes: _yes, interactive: _interactive, ...rest } = flags;
  const { json: _json, quiet: _quiet, debug: _debug, ...given } = rest;
  if (force && given.onConflict !== undefined && given.onConflict !== 'overwrite')
    throw contradiction('--force', `--on-conflict ${given.onConflict}`);
  return { ...given, ...(force && { onConflict: 'overwrite' }) };
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
  ignoreClosing(stderr);
  return createUi({ stdout, stderr, environment, json, quiet, debug });
}

// A mistake on the command line has to be reported in the form that was asked for, too.
function rawFlags(argv: readonly string[]): Flags {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return {
    json: words.includes('--json'),
    quiet: words.includes('--quiet') || words.includes('-q'),
    debug: words.includes('--debug'),
  };
}

// `| head -1` closes our output early: nothing to complain about, and no reason to stop half-way.
function ignoreClosing(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
