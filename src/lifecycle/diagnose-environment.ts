import { parseEnv } from 'node:util';
import { isThere } from '../lib/file-system.ts';
import { makeSecrets } from '../plan/secrets.ts';
import type { Finding } from '../result.ts';
import { renderTarget } from './base.ts';
import { addedToEnv, fault } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { workTreeOf } from './git.ts';
import { isOfThisVersion } from './same-version.ts';

/** Looks at `.env`; no value of it is in any finding. */
export async function diagnoseEnvironment(diagnosis: Diagnosis): Promise<readonly Finding[]> {
  const { root, envText } = diagnosis;
  if (envText === undefined) {
    const mend = isThere(`${root}/.env.example`) ? 'cp .env.example .env' : null;
    return [fault('no-env', 'there is no .env', mend)];
  }
  return [...incomplete(diagnosis), ...(await tracked(diagnosis))];
}

// The pristine one of another version is not known here.
function incomplete(diagnosis: Diagnosis): readonly Finding[] {
  const { record, variables } = diagnosis;
  if (record === undefined || !isOfThisVersion(record)) return [];
  const secrets = makeSecrets();
  const pristine = renderTarget(record.answers, secrets).env?.toString() ?? '';
  const isSecret = (value: string): boolean => Object.values(secrets).includes(value);
  return Object.entries(parseEnv(pristine)).flatMap(([name, value = '']) => {
    const own = variables[name];
    // Empty counts as absent, and all but secrets have a default.
    if (value === '' || (isSecret(value) ? own : own !== undefined)) return [];
    const line = isSecret(value) ? newSecret(name, value) : `'${name}=${value}'`;
    const state = own === undefined ? 'is not there' : 'is empty';
    const mend = addedToEnv(diagnosis, line);
    return [fault('env-incomplete', `${name} ${state} in .env`, mend)];
  });
}

// A ring of keys names each of them.
function newSecret(name: string, value: string): string {
  const key = /^\w+:/.exec(value)?.[0] ?? '';
  return `'${name}=${key}' + crypto.randomBytes(32).toString('base64url')`;
}

async function tracked({ root, run }: Diagnosis): Promise<readonly Finding[]> {
  const workTree = await workTreeOf(root, run);
  const listing = await workTree?.git(['--literal-pathspecs', 'ls-files', '--', '.env']);
  if (!listing?.stdout) return [];
  const message = 'git has .env: make new keys where others have seen those';
  return [fault('env-tracked', message, 'git rm --cached .env')];
}
