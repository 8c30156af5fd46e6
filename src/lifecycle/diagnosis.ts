import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { RunContext } from '../context.ts';
import { CreateError } from '../errors.ts';
import type { Environment } from '../lib/environment.ts';
import { ABSENT, systemCode, unlessSync, whatIsWrong } from '../lib/file-system.ts';
import type { ProjectRecord } from '../options/record.ts';
import type { Finding } from '../result.ts';

/** What is looked at, by everything that looks for findings. */
export interface Diagnosis {
  readonly root: string;
  /** Undefined where it cannot be read, which is a finding of its own. */
  readonly record: ProjectRecord | undefined;
  /** The text of `.env`; undefined where there is none. */
  readonly envText: string | undefined;
  /** Its variables, and over them those of this process, as the backend gets them. */
  readonly variables: Environment;
  /** package.json; undefined where it is none that can be read. */
  readonly manifest: Manifest | undefined;
  readonly run: RunContext;
}

/** What we use of package.json. */
export interface Manifest {
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Ranges;
  readonly devDependencies?: Ranges;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** Packages by name, with the range of each. */
export type Ranges = Readonly<Record<string, string>>;

/** Reads what all checks need. */
export function diagnosisOf(
  root: string,
  record: ProjectRecord | undefined,
  run: RunContext,
): Diagnosis {
  const envText = textIn(root, '.env');
  return {
    root,
    record,
    envText,
    variables: { ...parseEnv(envText ?? ''), ...run.environment },
    manifest: jsonIn(root, 'package.json'),
    run,
  };
}

/**
 * The text of a file of the project; undefined where there is no such file.
 * @throws CreateError FILE_SYSTEM for one that cannot be read.
 */
export function textIn(root: string, path: string): string | undefined {
  try {
    return unlessSync([...ABSENT, 'EISDIR'], () => readFileSync(join(root, path), 'utf8'));
  } catch (cause) {
    const code = systemCode(cause) ?? '';
    const message = `cannot read ${path}: ${whatIsWrong(code)} (${code})`;
    const hint = 'Change its permissions, then type the same command again.';
    throw new CreateError('FILE_SYSTEM', message, hint, { cause });
  }
}

/** The same of an object in JSON; undefined for what is none, too. */
export function jsonIn(root: string, path: string): object | undefined {
  try {
    const value: unknown = JSON.parse(textIn(root, path) ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is typed to add a line to `.env`: the value of an expression, in quotes of its own. */
export function addedToEnv({ envText = '' }: Diagnosis, expression: string): string {
  const isOpen = envText !== '' && !envText.endsWith('\n');
  return `node -p "${isOpen ? "'\\n' + " : ''}${expression}" >> .env`;
}

/** What keeps the project from running. */
export function fault(id: string, message: string, mend: string | null = null): Finding {
  return { id, level: 'error', message, mend };
}

/** What will, or may. */
export function warning(id: string, message: string, mend: string | null = null): Finding {
  return { id, level: 'warning', message, mend };
}

/** What its owner may want to know. */
export function note(id: string, message: string, mend: string | null = null): Finding {
  return { id, level: 'note', message, mend };
}
