import { join } from 'node:path';
import type { Environment } from '../lib/environment.ts';
import type { RunContext } from '../context.ts';
import { settingsIn } from './parent-settings.ts';
import { textOf } from './workspace.ts';

/** What a user has set for package managers, by the names that npm gives; Yarn's own names beside them. */
export type UserSettings = ReadonlyMap<string, string>;

const YARN_FILES = ['.yarnrc', '.yarnrc.yml'];

/**
 * Reads what the user set for every project: the file of npm, those of Yarn, and over them the
 * environment. Only what a run has to respect is read, so a file elsewhere may be missed.
 */
export function readUserSettings({ environment, home }: RunContext): UserSettings {
  const given = new Map(
    Object.entries(environment).flatMap(([name, value]) => {
      const key = /^npm_config_(.+)$/i.exec(name)?.[1]?.toLowerCase().replaceAll('_', '-');
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
  const file = given.get('userconfig') ?? (home && join(home, '.npmrc'));
  const ofNpm = settingsIn((file && textOf(file)) ?? '');
  const ofYarn = [];
  for (const name of home === undefined ? [] : YARN_FILES)
    ofYarn.push(...linesOf(textOf(join(home!, name)) ?? ''));
  return new Map([...ofYarn, ...ofNpm, ...given]);
}

/** Whether an installation would leave the development dependencies out, which the project's scripts need. */
export function omitsDev(settings: UserSettings, environment: Environment): boolean {
  return (
    environment['NODE_ENV'] === 'production' ||
    /\bdev\b/.test(settings.get('omit') ?? settings.get('omit[]') ?? '') ||
    settings.get('production') === 'true' ||
    settings.get('only')?.startsWith('prod') === true
  );
}

/** Whether the user wants packages from the cache, which needs no registry. */
export function isOffline(settings: UserSettings): boolean {
  return ['offline', 'prefer-offline'].some((name) => settings.get(name) === 'true');
}

function linesOf(text: string): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const found = /^"?([\w-]+)"?:?\s+(.*)$/.exec(line);
    return found ? [[found[1]!, found[2]!] as const] : [];
  });
}
