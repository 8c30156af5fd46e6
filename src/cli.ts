import { runProjectCommand } from './cli-project.ts';
import { commandUi, rawFlags } from './command-ui.ts';
import { toRunContext } from './context.ts';
import type { RunContext } from './context.ts';
import { askerFor, cannotAsk, mannerOf } from './prompts/dialogue.ts';
import type { Manner } from './prompts/dialogue.ts';
import { CreateError, EXIT_CODES, toCreateError } from './errors.ts';
import { templatesDigest } from './templates/digest.ts';
import { loadFeatures } from './templates/features.ts';
import { withCompleteHint } from './command-line/given-flags.ts';
import { consumedByNpm } from './command-line/npm-init.ts';
import { plainFlags } from './command-line/plain-flags.ts';
import { isProjectCommand } from './command-line/project-command-names.ts';
import { contradiction } from './options/option-value.ts';
import type { CreateOptions, Flags, Given } from './options/options.ts';
import { callingPackageManager } from './options/package-manager.ts';
import { TEMPLATES, VERSION } from './package.ts';
import { watchOutput } from './terminal/output.ts';
import { mergeWithConfigFile, parseConfigFile } from './config-file/parse.ts';
import { readConfigFile } from './config-file/read.ts';
import { askForMissing, askToStart } from './prompts/prompts.ts';
import type { CreateResult } from './result.ts';
import { watchSignals } from './terminal/signals.ts';
import type { SignalWatch } from './terminal/signals.ts';
import { Suspensions } from './terminal/suspensions.ts';
import type { Ui } from './terminal/ui.ts';

/** Runs the command. Resolves to its exit code; never ends the process, never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = watchOutput(process.stdout);
  const code = await runCommand(argv);
  const problem = await output.problem();
  if (problem === undefined) return code;
  const done = code === 0 ? '; what was asked for is done' : '';
  process.stderr.write(`error: the result cannot be written to stdout: ${problem}${done}\n`);
  return EXIT_CODES.FILE_SYSTEM;
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const [word] = argv;
  if (isProjectCommand(word)) return runProjectCommand(word, argv);
  const suspensions = new Suspensions(() => process.stdin);
  let ui: Ui | undefined;
  let watch: SignalWatch | undefined;
  try {
    const flags = await readFlags(argv);
    if (typeof flags === 'string') {
      process.stdout.write(flags);
      return 0;
    }
    watch = watchSignals(suspensions);
    const { signal } = watch;
    ui = commandUi(flags, suspensions);
    const surroundings = {
      manner: mannerOf(flags, process.env, isTerminal),
      signal,
      suspensions,
    };
    const options = await toOptions(flags, surroundings, ui);
    // Most of what is ours, and no question needs it; what changes projects is not loaded with it.
    const { createProject } = await import('./create.ts');
    const result = await createProject(options, { reporter: ui, signal });
    ui.result(result);
    await startOrAsk(options, result, surroundings);
    return watch.exitCode() ?? 0;
  } catch (thrown) {
    const error = withCompleteHint(toCreateError(thrown), argv, process.env);
    (ui ?? commandUi(rawFlags(argv), suspensions)).error(error);
    return error.code === 'ABORTED' ? (watch?.exitCode() ?? error.exitCode) : error.exitCode;
  } finally {
    watch?.stop();
  }
}

async function readFlags(argv: readonly string[]): Promise<Flags | string> {
  const consumed = consumedByNpm(process.env, argv);
  // Who is asked for everything does not wait for what reads a command line.
  if (argv.length === 0) return consumed;
  // The same for who asks what this is, and nothing else.
  if (argv.length === 1 && ['-v', '--version'].includes(argv[0]!)) return `${VERSION}\n`;
  const features = loadFeatures(TEMPLATES);
  const plain = plainFlags(argv, features);
  if (plain) return { ...consumed, ...plain };
  const { parseCommandLine } = await import('./command-line/program.ts');
  const parsed = parseCommandLine(argv, features, process.stdout.columns);
  return parsed.kind === 'print' ? parsed.text : { ...consumed, ...parsed.flags };
}

/** What surrounds a command. */
interface Surroundings {
  readonly manner: Manner;
  readonly signal: AbortSignal;
  readonly suspensions: Suspensions;
}

async function toOptions(
  flags: Flags,
  { manner, signal, suspensions }: Surroundings,
  ui: Ui,
): Promise<CreateOptions> {
  const { yes, json, interactive, start } = flags;
  if (yes && interactive) throw contradiction('--yes', '--interactive');
  if (json && start) throw contradiction('--json', '--start');
  const run = toRunContext({ signal });
  const given = await withConfigFile(flags, run, ui);
  const options = {
    ...given,
    packageManager: given.packageManager ?? callingPackageManager(process.env),
  };
  if (interactive && !json && manner === 'none') throw cannotAsk();
  if (manner !== 'none') {
    const open = askerFor(manner, signal, suspensions, { isTitled: true });
    return askForMissing(options, loadFeatures(TEMPLATES), run, open);
  }
  if (options.directory !== undefined) return { ...options, directory: options.directory };
  throw new CreateError(
    'USAGE',
    'the directory is missing',
    'Say where the project goes, for example: create-chat-backend my-app --yes',
  );
}

// The last question: only for somebody who was asked, and only where it can start.
async function startOrAsk(
  { start }: CreateOptions,
  result: CreateResult,
  { manner, signal, suspensions }: Surroundings,
): Promise<void> {
  if (result.dryRun || result.install.status !== 'done') return;
  const isAsked = start === undefined && manner !== 'none';
  const open = askerFor(manner, signal, suspensions, { isTitled: false });
  const isWanted = isAsked ? await askToStart(result, open) : start;
  if (isWanted) await (await import('./create.ts')).startProject(result, { signal });
}

async function withConfigFile(flags: Flags, run: RunContext, ui: Ui): Promise<Given> {
  const { config } = flags;
  const given = sharedFlags(flags);
  if (config === undefined) return given;
  const text = await readConfigFile(config, { ...run, stdin: process.stdin });
  const file = parseConfigFile(text, config, templatesDigest(loadFeatures(TEMPLATES)));
  const { options, notes } = mergeWithConfigFile(given, file, config);
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

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}
