import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { execa } from 'execa';
import type { CreateResult, LifecycleResult } from '../../src/index.ts';
import { scratch } from './scratch.ts';

/** The program as a user has it. */
export const PROGRAM = join(import.meta.dirname, '../../bin/create-chat-backend.js');

const SCHEMAS = join(import.meta.dirname, '../../schemas');

/** The published schema of what `--json` prints. */
export const SCHEMA = join(SCHEMAS, 'result.schema.json');

const ajv = new Ajv({ allErrors: true });
const isResult = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
const isLifecycleResult = ajv.compile(
  JSON.parse(readFileSync(join(SCHEMAS, 'lifecycle.schema.json'), 'utf8')) as object,
);

/** What a run of the command may get. */
export interface CommandOptions {
  readonly cwd: string;
  /** Added to an environment with nothing but a PATH and a home directory of its own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Who runs it, where that can be chosen; root may do everything. */
  readonly uid?: number;
}

/** How the command ended. */
export interface Outcome {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Never rejects. */
  readonly ended: Promise<Outcome>;
}

/** Runs the command to its end, without a terminal. */
export function command(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  return start(args, options).ended;
}

/** Starts the command, without a terminal. */
export function start(args: readonly string[], options: CommandOptions): Running {
  const child = execa(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: emptyHome(), ...options.env },
    extendEnv: false,
    // The program has five seconds of its own to end a child; it must not be killed meanwhile.
    forceKillAfterDelay: false,
    reject: false,
    input: options.input ?? '',
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  const ended = child.then(({ exitCode: code, signal, stdout, stderr }) => ({
    code,
    signal,
    stdout,
    stderr,
  }));
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended };
}

interface Printed {
  readonly schemaVersion: number;
  readonly ok: boolean;
  readonly command: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** What `--json` prints. */
export interface CommandJson extends CreateResult, Printed {}

/** The same of the commands for a project. */
export type LifecycleJson = Omit<LifecycleResult, 'command'> & Printed;

/** Parses what `--json` printed, and holds it against the schema that is published. */
export function json({ stdout }: Pick<Outcome, 'stdout'>): CommandJson {
  const printed: unknown = JSON.parse(stdout);
  if (!isResult(printed))
    throw new Error(`not as in ${SCHEMA}: ${ajv.errorsText(isResult.errors)}\n${stdout}`);
  return printed as CommandJson;
}

/** The same for what a command for a project printed. */
export function lifecycleJson({ stdout }: Pick<Outcome, 'stdout'>): LifecycleJson {
  const printed: unknown = JSON.parse(stdout);
  if (!isLifecycleResult(printed))
    throw new Error(`not as in ${SCHEMAS}: ${ajv.errorsText(isLifecycleResult.errors)}\n${stdout}`);
  return printed as LifecycleJson;
}

let home: string | undefined;

function emptyHome(): string {
  home ??= scratch();
  return home;
}
