import { asCalled } from './command-line/given-flags.ts';
import { loneCommand } from './command-line/lone-command.ts';
import type { ParsedProjectCommand, ProjectFlags } from './command-line/project-program.ts';
import { parseSetWords } from './command-line/set-words.ts';
import { commandUi, rawFlags } from './command-ui.ts';
import { CreateError, toCreateError } from './errors.ts';
import type { Context } from './context.ts';
import type { LifecycleCommand, LifecycleResult } from './result.ts';
import { TEMPLATES } from './package.ts';
import { adapterNames, loadFeatures } from './templates/features.ts';
import { watchSignals } from './terminal/signals.ts';
import type { SignalWatch } from './terminal/signals.ts';
import { Suspensions } from './terminal/suspensions.ts';
import type { Ui } from './terminal/ui.ts';

// There is work, or an error is found: all that was asked for is done, and a program goes on otherwise.
const FOUND = 8;

/** Runs a command for a project that is there. Resolves to its exit code; never rejects. */
export async function runProjectCommand(
  command: LifecycleCommand,
  argv: readonly string[],
): Promise<number> {
  const suspensions = new Suspensions(() => process.stdin);
  let ui: Ui | undefined;
  let watch: SignalWatch | undefined;
  try {
    const parsed = loneCommand(command, argv, process.env) ?? (await parse(argv));
    if (parsed.kind === 'print') {
      process.stdout.write(parsed.text);
      return 0;
    }
    const { words, flags } = parsed;
    watch = watchSignals(suspensions);
    ui = commandUi(flags, suspensions, command);
    const result = await resultOf(
      { command, words, flags },
      { reporter: ui, signal: watch.signal },
    );
    ui.result(result);
    return watch.exitCode() ?? (hasFound(result, flags) ? FOUND : 0);
  } catch (thrown) {
    const error = asTyped(toCreateError(thrown));
    (ui ?? commandUi(rawFlags(argv), suspensions, command)).error(error);
    return error.code === 'ABORTED' ? (watch?.exitCode() ?? error.exitCode) : error.exitCode;
  } finally {
    watch?.stop();
  }
}

async function parse(argv: readonly string[]): Promise<ParsedProjectCommand> {
  // With what reads any other command line.
  const { parseProjectCommand } = await import('./command-line/program.ts');
  return parseProjectCommand(argv, process.env, process.stdout.columns);
}

interface Given {
  readonly command: LifecycleCommand;
  readonly words: readonly string[];
  readonly flags: ProjectFlags;
}

async function resultOf(
  { command, words, flags }: Given,
  context: Context,
): Promise<LifecycleResult> {
  const { json: _json, quiet: _quiet, debug: _debug, check, online, ...options } = flags;
  const changing = { ...options, ...(check && { dryRun: true }) };
  const library = await import('./index.ts');
  switch (command) {
    case 'add':
      return library.addFeatures({ features: words, ...changing }, context);
    case 'remove':
      return library.removeFeatures({ features: words, ...changing }, context);
    case 'set':
      return library.setAnswers(
        { answers: parseSetWords(words, adapterNames(loadFeatures(TEMPLATES))), ...changing },
        context,
      );
    case 'update':
      return library.updateProject(changing, context);
    case 'status':
      return library.inspectProject(options, context);
    case 'diff':
      return library.inspectProject({ ...options, diff: true, paths: words }, context);
    case 'undo':
      return library.undoChanges({}, context);
    // The one that is left: doctor.
    default:
      return withMendsAsTyped(await library.diagnoseProject({ online }, context));
  }
}

function hasFound({ changes, findings }: LifecycleResult, { check }: ProjectFlags): boolean {
  if (check) return changes.some(({ action }) => action !== 'keep');
  return findings.some(({ level }) => level === 'error');
}

function withMendsAsTyped(result: LifecycleResult): LifecycleResult {
  const findings = result.findings.map((finding) => ({
    ...finding,
    mend: finding.mend && asCalled(finding.mend, process.env),
  }));
  return { ...result, findings };
}

function asTyped(error: CreateError): CreateError {
  const { code, message, cause, result, changed } = error;
  const hint = asCalled(error.hint, process.env);
  return hint === error.hint
    ? error
    : new CreateError(code, message, hint, { cause, result, changed });
}
