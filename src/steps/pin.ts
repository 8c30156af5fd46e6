import { dirname, join, parse } from 'node:path';
import type { PlannedAction } from '../write/planned-action.ts';
import { childEnvironment } from '../lib/environment.ts';
import type { RunContext } from '../context.ts';
import type { Answers } from '../options/options.ts';
import { runProgram } from './run-program.ts';
import type { Target } from '../write/target.ts';
import { textOf } from './workspace.ts';

/** A package manager that a package.json above a project prescribes. */
export interface Pin {
  /** The file that has it. */
  readonly path: string;
  /** As in `yarn@4.9.1`. */
  readonly name: string;
}

/** What is planned, with the pin that wins over one above, and a note about it. */
export interface Pinned {
  readonly actions: readonly PlannedAction[];
  readonly notes: readonly string[];
}

const PATIENCE_MS = 30_000;

/**
 * Where a `packageManager` above the project makes the chosen one refuse, as Corepack does for every
 * directory below, the project gets a field of its own. Where nobody can say its version, a note
 * names the pin.
 */
export async function pinnedActions(
  actions: readonly PlannedAction[],
  { packageManager }: Answers,
  target: Target,
  run: RunContext,
): Promise<Pinned> {
  const pin = pinAbove(target.path);
  if (pin === undefined) return { actions, notes: [] };
  if ((await versionIn(target.anchor, packageManager, run)) !== undefined)
    return { actions, notes: [] };
  const version = await versionIn(parse(target.path).root, packageManager, run);
  const why = `${pin.path} pins ${pin.name} for everything below it`;
  if (version === undefined) {
    const note = `${why}: ${packageManager} may refuse here until package.json has a "packageManager" of its own`;
    return { actions, notes: [note] };
  }
  const own = `${packageManager}@${version}`;
  return {
    actions: actions.map((action) => withPin(action, own)),
    notes: [`package.json says "packageManager": "${own}", because ${why}`],
  };
}

function pinAbove(root: string): Pin | undefined {
  for (let path = dirname(root); ; path = dirname(path)) {
    const text = textOf(join(path, 'package.json'));
    const name = /"packageManager"\s*:\s*"([^"]+)"/.exec(text ?? '')?.[1];
    if (name !== undefined) return { path: join(path, 'package.json'), name };
    if (path === dirname(path)) return undefined;
  }
}

async function versionIn(
  directory: string,
  program: string,
  { environment, signal, reporter }: RunContext,
): Promise<string | undefined> {
  reporter.debug(`${program} --version in ${directory}`);
  const result = await runProgram({
    program,
    args: ['--version'],
    cwd: directory,
    environment: { ...childEnvironment(environment), COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    signal,
    timeoutMs: PATIENCE_MS,
  });
  return result.code === 0 ? /^\d+\.\d+\.\d+\S*$/m.exec(result.stdout)?.[0] : undefined;
}

function withPin(action: PlannedAction, packageManager: string): PlannedAction {
  if (action.path !== 'package.json' || action.action === 'keep') return action;
  const manifest = JSON.parse(action.file.bytes.toString()) as object;
  const bytes = Buffer.from(`${JSON.stringify({ ...manifest, packageManager }, null, 2)}\n`);
  return { ...action, bytes: bytes.length, file: { ...action.file, bytes } };
}
