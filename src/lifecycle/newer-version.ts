import { childEnvironment } from '../lib/environment.ts';
import { NAME, VERSION } from '../package.ts';
import type { Finding } from '../result.ts';
import { runProgram } from '../steps/run-program.ts';
import { note } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { compareVersions } from './same-version.ts';

const PATIENCE_MS = 30_000;

/** What the registry says of newer versions, and why it says nothing. */
export interface NewerVersion {
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
}

/** Asks for the newest version by npm, with the settings of the project. */
export async function askForNewer({ root, run }: Diagnosis): Promise<NewerVersion> {
  const args = ['view', NAME, 'version', '--workspaces=false', '--fetch-retries=0'];
  run.reporter.debug(`npm ${args.join(' ')}`);
  const { code, stdout } = await runProgram({
    program: 'npm',
    args,
    cwd: root,
    environment: childEnvironment(run.environment),
    signal: run.signal,
    timeoutMs: PATIENCE_MS,
  });
  const newest = /^\d+\.\d+\.\d+\S*$/m.exec(stdout)?.[0];
  if (code !== 0 || newest === undefined)
    return { findings: [], warnings: ['the registry did not say which version is the newest'] };
  if (compareVersions(newest, VERSION) <= 0) return { findings: [], warnings: [] };
  const message = `${NAME} ${newest} is there, and this is ${VERSION}`;
  return { findings: [note('newer-version', message, `npx ${NAME}@latest update`)], warnings: [] };
}
