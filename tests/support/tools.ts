import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { scratch } from './scratch.ts';

/** What these machines need to reach a registry; nothing else of our environment. */
const NETWORK = /^(?:NODE_EXTRA_CA_CERTS|(?:https?|no|all)_proxy|npm_config_(?:registry|cafile))$/i;

/** An environment with an empty home directory, also for temporary files, and these folders first on the PATH. */
export function emptyHome(...folders: readonly string[]): Record<string, string> {
  const network = Object.entries(process.env).filter(([name]) => NETWORK.test(name));
  const home = scratch();
  return {
    ...(Object.fromEntries(network) as Record<string, string>),
    PATH: [...folders, process.env['PATH']].join(':'),
    HOME: home,
    TMPDIR: home,
  };
}

/**
 * Installs a program from the registry, beside everything else and without its install scripts.
 * @returns the folder of its packages, kept between runs.
 */
export async function installed(specification: string): Promise<string> {
  const name = specification.replaceAll(/[^\w.-]/g, '-');
  const directory = join(tmpdir(), 'create-chat-backend-tools', name);
  if (!existsSync(directory)) {
    const staging = `${directory}.${process.pid}`;
    mkdirSync(staging, { recursive: true });
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'];
    await execa('npm', ['install', '--prefix', staging, specification, ...flags]);
    try {
      renameSync(staging, directory);
    } catch (error) {
      // Another run was faster.
      if (!existsSync(directory)) throw error;
      rmSync(staging, { recursive: true });
    }
  }
  return join(directory, 'node_modules');
}
