import { Chalk } from 'chalk';
import { colourLevel, isLively } from './colour.ts';
import type { Stream } from './colour.ts';
import type { CreateError } from '../errors.ts';
import { sayError, stackOf } from './error-text.ts';
import { glyphsOf } from './glyphs.ts';
import { lookOf } from './look.ts';
import type { Look } from './look.ts';
import type { Reporter } from '../reporter.ts';
import type { CreateResult, LifecycleCommand, LifecycleResult } from '../result.ts';
import { toJson } from './json.ts';
import { toProjectJson } from './project-json.ts';
import { projectScreen } from './project-screen.ts';
import { resultScreen } from './screen.ts';
import { Spinner } from './spinner.ts';
import type { Suspensions } from './suspensions.ts';
import type { Environment } from '../lib/environment.ts';

/** How much is said, and in which form. */
export interface UiOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Environment;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  /** Nothing is drawn twice. */
  readonly plain: boolean;
  /** Where whatever draws has to be known. */
  readonly suspensions: Suspensions;
  /** The command, where it is one for a project that is there. */
  readonly command?: LifecycleCommand;
}

/** Everything the user sees: the result on stdout, all else on stderr. */
export interface Ui extends Reporter {
  /** A note that the JSON result has, too. */
  readonly warn: (text: string) => void;
  readonly result: (result: CreateResult | LifecycleResult) => void;
  readonly error: (error: CreateError) => void;
}

/** Makes the user interface of one command. */
export function createUi(options: UiOptions): Ui {
  const { stdout, stderr, environment, json, quiet, debug, plain, suspensions, command } = options;
  const look = terminalLook(stderr, environment);
  const silent = json || quiet;
  const isMoving = !silent && !plain && isLively(stderr, environment);
  const spinner = isMoving ? new Spinner(stderr, look, suspensions) : undefined;
  const say = (text: string): void => void stderr.write(`${text}\n`);
  const reporter = createReporter({
    look,
    spinner,
    say: silent ? () => {} : say,
    sayDebug: debug ? say : () => {},
  });
  const notes: string[] = [];
  return {
    ...reporter,
    warn(text) {
      notes.push(text);
      reporter.note(text);
    },
    result(result) {
      spinner?.stop();
      for (const warning of result.warnings) reporter.note(warning);
      if (json) stdout.write(jsonOf(command, result, undefined, notes));
      else if (!quiet) stdout.write(screenOf(result, stdout, environment));
    },
    error(error) {
      spinner?.stop();
      const result = error.changed ?? error.result;
      if (json) stdout.write(jsonOf(command, result, error, notes));
      else if (error.changed && !quiet) stdout.write(screenOf(error.changed, stdout, environment));
      // On stderr in any case: a log of a pipeline has to say why it stopped.
      sayError(error, look, say);
      if (debug) say(look.faint(stackOf(error)));
    },
  };
}

/** How a terminal shows what we say. */
export function terminalLook(stream: Stream, environment: Environment): Look {
  const colour = new Chalk({ level: colourLevel(stream, environment) });
  return lookOf(colour, glyphsOf(environment));
}

function screenOf(
  result: CreateResult | LifecycleResult,
  stream: Stream,
  environment: Environment,
): string {
  const colour = new Chalk({ level: colourLevel(stream, environment) });
  return 'command' in result
    ? projectScreen(result, colour, stream.columns)
    : resultScreen(result, colour);
}

function jsonOf(
  command: LifecycleCommand | undefined,
  result: CreateResult | LifecycleResult | undefined,
  error: CreateError | undefined,
  notes: readonly string[],
): string {
  const changed = result && 'command' in result ? result : undefined;
  const made = result && !('command' in result) ? result : undefined;
  const value = command
    ? toProjectJson(command, changed, error, notes)
    : toJson(made, error, notes);
  return `${JSON.stringify(value)}\n`;
}

interface ReporterParts {
  readonly look: Look;
  readonly spinner: Spinner | undefined;
  readonly say: (text: string) => void;
  readonly sayDebug: (text: string) => void;
}

function createReporter({ look, spinner, say, sayDebug }: ReporterParts): Reporter {
  let running: string | undefined;
  const aside = (speak: () => void): void => {
    spinner?.stop();
    speak();
    if (running !== undefined) spinner?.start(running);
  };
  return {
    begin(step, text) {
      running = text;
      if (spinner) spinner.start(text);
      else if (step === 'install' || step === 'verify') say(`...      ${text}`);
    },
    end(_step, outcome, text) {
      running = undefined;
      spinner?.stop();
      say(stateLine(outcome, text, spinner !== undefined, look));
    },
    note(text) {
      aside(() => say(spinner ? `${look.strong('!')}  ${text}` : `note     ${text}`));
    },
    debug(text) {
      aside(() => sayDebug(look.faint(`debug    ${text}`)));
    },
  };
}

// The signs stand below those of the questions; the text says what went well or failed.
function stateLine(
  outcome: 'done' | 'skipped' | 'failed',
  text: string,
  lively: boolean,
  { glyphs, good, faint, bad }: Look,
): string {
  if (!lively) return `${outcome.padEnd(7)}  ${text}`;
  if (outcome === 'done') return `${good(glyphs.done)}  ${text}`;
  return outcome === 'skipped'
    ? `${faint(glyphs.skipped)}  skipped  ${text}`
    : `${bad(glyphs.failed)}  ${text}`;
}
