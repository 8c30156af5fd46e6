import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PRELOAD = join(import.meta.dirname, 'slow-disk.js');

/** The environment of a command that needs so long for each file that it writes. */
export function slowDisk(milliseconds: number): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, SLOW_DISK_MS: String(milliseconds) };
}

/** Resolves as soon as the condition holds; fails after 15 seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Resolves when the command has written at least one file of my-app into its staging directory. */
export function untilStaging(cwd: string): Promise<void> {
  return until(() => {
    const staging = readdirSync(cwd).find((entry) => entry.startsWith('.my-app.create-'));
    if (staging === undefined) return false;
    return readdirSync(join(cwd, staging), { recursive: true, encoding: 'utf8' }).length > 30;
  }, 'files are staged');
}

/** Resolves when there is such a file. */
export function untilExists(path: string): Promise<void> {
  return until(() => existsSync(path), `${path} exists`);
}
