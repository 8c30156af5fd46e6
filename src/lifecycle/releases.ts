import { readFileSync } from 'node:fs';
import { compareVersions } from './same-version.ts';
import type { Notice } from '../result.ts';
import { reportingDamage } from '../templates/damaged-installation.ts';
import { BASE } from '../templates/manifest.ts';
import { RELEASES_FILE } from './releases-file.ts';
import type { Release } from './types.ts';

/** Every release that moved something or has something to say, the oldest first. @throws CreateError DAMAGED. */
export function readReleases(): readonly Release[] {
  return reportingDamage(
    RELEASES_FILE,
    () => JSON.parse(readFileSync(RELEASES_FILE, 'utf8')) as readonly Release[],
  );
}

/** Those that a project of a version has not followed yet. */
export function releasesAfter(
  version: string,
  releases: readonly Release[] = readReleases(),
): readonly Release[] {
  return releases.filter((release) => compareVersions(version, release.version) < 0);
}

/**
 * The features that a project has after these releases: one that was renamed, or taken apart, or out
 * of the base, goes on by its new names.
 * @param features - without the base.
 */
export function featuresAfter(
  features: readonly string[],
  releases: readonly Release[],
): readonly string[] {
  const after = releases.reduce<readonly string[]>(
    (names, { features: renamed = {} }) =>
      names.flatMap((name) => (Object.hasOwn(renamed, name) ? renamed[name]! : [name])),
    [BASE, ...features],
  );
  return [...new Set(after)].filter((name) => name !== BASE);
}

/** What whoever deploys a project with these features has to know of these releases. */
export function noticesOf(
  releases: readonly Release[],
  features: readonly string[],
): readonly Notice[] {
  return releases.flatMap(({ version, notices = [] }) =>
    notices
      .filter(({ when }) => when === 'always' || features.includes(when))
      .map(({ when, text }) => ({ version, when, text })),
  );
}
