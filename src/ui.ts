import { Chalk } from 'chalk';
import type { ChalkInstance } from 'chalk';
import { colourLevel, isLively } from './colour.ts';
import type { Stream } from './colour.ts';
import type { CreateError } from './errors.ts';
import type { Reporter } from './reporter.ts';
import type { CreateResult } from './result.ts';
import { toJson } from './result-json.ts';
import { resultScreen } from './screen.ts';
import { createSpinner } from './spinner.ts';
import type { Spinner } from './spinner.ts';
import type { Environment } from './environment.ts';

/** How much is said, and in which form. */
export interface UiOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Environment;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** Everything the user sees: the result on stdout, all else on stderr. */
export interface Ui extends Reporter {
  /** A note that the JSON result has, too. */
  readonly warn: (text: string) => void;
  readonly result: (result: CreateResult) => void;
  readonly error: (error: CreateError) => void;
}

/** Makes the user interface of one command. */
export function createUi(options: UiOptions): Ui {
  const { stdout, stderr, environment, json, quiet, debug } = options;
  const colour = new Chalk({ level: colourLevel(stderr, environment) });
  const silent = json || quiet;
  const isMoving = !silent && isLively(stderr, environment);
  const spinner = isMoving ? createSpinner(stderr, colour.cyan) : undefined;
  const say = (text: string): void => void stderr.write(`${text}\n`);
  const reporter = createReporter({
    colour,
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
      if (json) stdout.write(`${JSON.stringify(toJson(result, undefined, notes))}\n`);
      else if (!quiet)
        stdout.write(resultScreen(result, new Chalk({ level: colourLevel(stdout, environment) })));
    },
    error(error) {
      spinner?.stop();
      if (json) stdout.write(`${JSON.stringify(toJson(error.result, error, notes))}\n`);
      // On stderr in any case: a log of a pipeline has to say why it stopped.
      sayError(error, colour, say);
      if (debug) say(colour.dim(stackOf(error)));
    },
  };
}

interface ReporterParts {
  readonly colour: ChalkInstance;
  readonly spinner: Spinner | undefined;
  readonly say: (text: string) => void;
  readonly sayDebug: (text: string) => void;
}

function createReporter({ colour, spinner, say, sayDebug }: ReporterParts): Reporter {
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
      say(stateLine(outcome, text, spinner !== undefined, colour));
    },
    note(text) {
      aside(() => say(spinner ? `${colour.yellow('!')} ${text}` : `note     ${text}`));
    },
    debug(text) {
      aside(() => sayDebug(colour.dim(`debug    ${text}`)));
    },
  };
}

// The signs are those of the questions above them; the text says what went well or failed.
function stateLine(
  outcome: 'done' | 'skipped' | 'failed',
  text: string,
  lively: boolean,
  colour: ChalkInstance,
): string {
  if (!lively) return `${outcome.padEnd(7)}  ${text}`;
  if (outcome === 'done') return `${colour.green('✔')} ${text}`;
  return outcome === 'skipped'
    ? `${colour.yellow('–')} skipped  ${text}`
    : `${colour.red('✖')} ${text}`;
}

function sayError(error: CreateError, colour: ChalkInstance, say: (text: string) => void): void {
  const { install, git, verify } = error.result ?? {};
  const output = install?.output || git?.output || verify?.output;
  if (output && error.code !== 'ABORTED') say(`\n${output.replace(/^/gm, colour.dim('  | '))}\n`);
  say(`${colour.red('error:')} ${error.message}`);
  say(`  ${error.hint}`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause];
  const reasons = causes.filter((cause) => cause !== undefined).map(stackOf);
  return [error.stack ?? error.message, ...reasons].join('\ncaused by ');
}
