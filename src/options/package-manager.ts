import type { Environment } from '../lib/environment.ts';
import type { PackageManager } from './options.ts';

/** The package manager that runs us: each says who it is to what it runs, `pnpm/9.1.0 npm/? node/v20`. */
export function callingPackageManager(environment: Environment): PackageManager | undefined {
  const name = /^(?:npm|pnpm|yarn|bun)(?=\/)/.exec(environment['npm_config_user_agent'] ?? '')?.[0];
  return name as PackageManager | undefined;
}
