import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { scratch } from './scratch.ts';

const FOLDER = join(import.meta.dirname, '../api');
const REQUIREMENTS = join(FOLDER, 'requirements.txt');

/** What schemathesis said of an API. */
export interface Verdict {
  readonly isClean: boolean;
  readonly output: string;
}

/**
 * Asks a running backend for whatever its OpenAPI document allows and forbids, with all checks, and
 * the hooks beside it.
 *
 * @param document where the document is: an address or a file
 * @param more options of `schemathesis run`
 */
export async function runSchemathesis(
  document: string,
  more: readonly string[] = [],
): Promise<Verdict> {
  const program = join(await environment(), 'bin/schemathesis');
  const replaced = 'positive_data_acceptance,negative_data_rejection'; // by hooks.py
  const checks = ['--checks', 'all', '--exclude-checks', replaced];
  const { exitCode, all } = await execa(
    program,
    ['run', document, ...checks, '--continue-on-failure', '--no-color', ...more],
    {
      cwd: scratch(),
      env: {
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: FOLDER,
        PYTHONUTF8: '1',
        SCHEMATHESIS_HOOKS: 'hooks',
      },
      all: true,
      stdin: 'ignore',
      reject: false,
    },
  );
  // 1 says that something was found; everything else is a run that went wrong.
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`schemathesis ended: ${exitCode}\n${all}`);
  return { isClean: exitCode === 0, output: all };
}

/** A virtual environment of Python with the pinned packages, kept between runs outside of the checkout. */
async function environment(): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const directory = join(cache, 'create-chat-backend-tests', `schemathesis-${hash}`);
  const isReady = join(directory, 'ready');
  if (existsSync(isReady)) return directory;
  rmSync(directory, { recursive: true, force: true });
  try {
    await execa('python3', ['-m', 'venv', directory]);
  } catch (error) {
    throw new Error(
      'npm run test:api needs Python 3.10 or newer with venv: python3, python3-venv',
      {
        cause: error,
      },
    );
  }
  const pip = join(directory, 'bin/pip');
  await execa(pip, ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  writeFileSync(isReady, '');
  return directory;
}
