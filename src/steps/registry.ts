import { childEnvironment } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';
import type { RunContext } from '../context.ts';
import type { PackageManager } from '../options/options.ts';
import { lastLines, runProgram } from './run-program.ts';
import type { UserSettings } from './user-settings.ts';

/** Where and with what settings a package manager runs. */
export interface Place {
  readonly packageManager: PackageManager;
  readonly root: string;
  readonly settings: Environment;
}

// Each asks with its own configuration: registries, proxies, certificates and credentials are a
// matter of theirs. Yarn 1 knows no such command, and its answer counts as one.
const QUESTIONS: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['ping', '--workspaces=false'],
  pnpm: ['view', 'express', 'version'],
  yarn: ['npm', 'info', 'express', '--fields', 'name'],
  bun: ['info', 'express', 'name'],
};
const PATIENCE_MS = 45_000;
const UNREACHABLE =
  /\bE(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NETUNREACH)\b|FETCH_ERROR|ConnectionRefused|FailedToOpenSocket|timeout|timed out|connection refused|dns error|failed to lookup/i;

/**
 * Asks the registry whether it is there, by the package manager itself, before it spends minutes on
 * finding out: what it printed where there is no answer, else undefined. A refusal is an answer.
 */
export async function unanswered(place: Place, run: RunContext): Promise<string | undefined> {
  const args = QUESTIONS[place.packageManager];
  run.reporter.debug(`${place.packageManager} ${args.join(' ')}`);
  const { code, output, stopped } = await runProgram({
    program: place.packageManager,
    args,
    cwd: place.root,
    environment: {
      ...childEnvironment(run.environment),
      ...place.settings,
      ...limits({ seconds: 10, retries: 0 }),
    },
    signal: run.signal,
    timeoutMs: PATIENCE_MS,
  });
  if (stopped === 'too slow')
    return `no answer within ${PATIENCE_MS / 1000} seconds\n${lastLines(output)}`.trim();
  return code !== 0 && stopped === 'no' && UNREACHABLE.test(output) ? lastLines(output) : undefined;
}

/**
 * Settings with which a registry that falls silent is given up within 90 seconds, three times tried;
 * what the user has set stays as it is.
 */
export function fetchLimits(user: UserSettings): Environment {
  return Object.fromEntries(
    Object.entries(limits({ seconds: 27, retries: 2 })).filter(([variable]) => {
      const name = NAMES.find(([, own]) => own.includes(variable))?.[0];
      return name === undefined || !name.some((key) => user.has(key));
    }),
  );
}

// The settings by which a user says the same, and our variables for them.
const NAMES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['fetch-timeout'], ['npm_config_fetch_timeout', 'pnpm_config_fetch_timeout']],
  [['fetch-retries'], ['npm_config_fetch_retries', 'pnpm_config_fetch_retries']],
  [
    ['fetch-retry-mintimeout'],
    ['npm_config_fetch_retry_mintimeout', 'pnpm_config_fetch_retry_mintimeout'],
  ],
  [
    ['fetch-retry-maxtimeout'],
    ['npm_config_fetch_retry_maxtimeout', 'pnpm_config_fetch_retry_maxtimeout'],
  ],
  [['network-timeout'], ['npm_config_network_timeout']],
  [['httpTimeout'], ['YARN_HTTP_TIMEOUT']],
  [['httpRetry'], ['YARN_HTTP_RETRY']],
];

function limits({ seconds, retries }: { seconds: number; retries: number }): Environment {
  const timeout = String(seconds * 1000);
  const fetch = {
    fetch_timeout: timeout,
    fetch_retries: String(retries),
    fetch_retry_mintimeout: '500',
    fetch_retry_maxtimeout: '2000',
  };
  const named = (prefix: string): readonly (readonly [string, string])[] =>
    Object.entries(fetch).map(([name, value]) => [`${prefix}_${name}`, value]);
  return {
    ...Object.fromEntries([...named('npm_config'), ...named('pnpm_config')]),
    // Yarn 1 tries six times, whatever is set.
    npm_config_network_timeout: '12000',
    YARN_HTTP_TIMEOUT: timeout,
    YARN_HTTP_RETRY: String(retries),
  };
}
