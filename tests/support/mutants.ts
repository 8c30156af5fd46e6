import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import type { GeneratedProject } from './project.ts';

const FOLDER = join(import.meta.dirname, '../mutants');

/** A test of the generated project. */
export interface NamedTest {
  /** The file, below the project. */
  readonly file: string;
  /** The title, without those of the blocks around it. */
  readonly title: string;
}

/** A known way to break the generated project, and the tests that must notice. */
export interface Mutant {
  readonly name: string;
  readonly breaks: string;
  readonly noticedBy: readonly NamedTest[];
  readonly patch: string;
}

/** How a named test ended. */
export interface Ending extends NamedTest {
  readonly status: 'passed' | 'failed in an assertion' | 'failed otherwise' | 'not found';
  /** Why it failed, in one line. */
  readonly reason: string;
}

/** The mutants by name. Before the diff a patch says what it breaks and which tests notice. */
export function readMutants(): readonly Mutant[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => readMutant(join(FOLDER, file)));
}

function readMutant(patch: string): Mutant {
  const text = readFileSync(patch, 'utf8');
  const head = text.slice(0, text.indexOf('diff --git '));
  const breaks = head.split('\n')[0] ?? '';
  const noticedBy = [...head.matchAll(/^Noticed by (\S+): (.+)$/gm)].map(
    ([, file = '', title = '']) => ({ file, title }),
  );
  if (!breaks.endsWith('.') || noticedBy.length === 0)
    throw new Error(`${patch}: the first line is a sentence, then comes "Noticed by file: title"`);
  return { name: basename(patch, '.patch'), breaks, noticedBy, patch };
}

/** Makes a project a mutant. */
export async function applyTo(directory: string, { name, patch }: Mutant): Promise<void> {
  // A repository further up would make git skip files that are not its own.
  const env = { GIT_CEILING_DIRECTORIES: dirname(directory) };
  const options = { cwd: directory, env, reject: false, all: true } as const;
  const { failed, all } = await execa('git', ['apply', patch], options);
  if (failed)
    throw new Error(`${name} does not fit the templates any more, make it again:\n${all}`);
}

/** Runs these tests of an installed project and no others. */
export async function endingsOf(
  project: GeneratedProject,
  tests: readonly NamedTest[],
): Promise<readonly Ending[]> {
  const report = join(project.directory, 'report.json');
  rmSync(report, { force: true }); // it comes along with a copy
  const output = await project
    .tests([
      ...new Set(tests.map(({ file }) => file)),
      `--testNamePattern=(${tests.map(({ title }) => escaped(title)).join('|')})$`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ])
    .catch((error: Error) => error.message);
  if (!existsSync(report)) throw new Error(`the tests did not come to an end:\n${output}`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return tests.map((test) => endingIn(testResults, test));
}

/** What this needs of the JSON of a run. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

function endingIn(results: Report['testResults'], test: NamedTest): Ending {
  const found = results
    .filter(({ name }) => name.endsWith(`/${test.file}`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title, status }) => title === test.title && status !== 'skipped');
  const [first] = found;
  if (first === undefined || found.length > 1) return { ...test, status: 'not found', reason: '' };
  if (first.status === 'passed') return { ...test, status: 'passed', reason: '' };
  const [reason = ''] = (first.failureMessages?.[0] ?? '').split('\n');
  const isAssertion = first.status === 'failed' && reason.startsWith('AssertionError: ');
  return { ...test, status: isAssertion ? 'failed in an assertion' : 'failed otherwise', reason };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
