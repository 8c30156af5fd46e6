import { CreateError } from '../errors.ts';
import type { ProjectRecord } from '../options/record.ts';
import { NAME, TEMPLATES, VERSION } from '../package.ts';
import { templatesDigest } from '../templates/digest.ts';
import { loadFeatures } from '../templates/features.ts';

// Before it there was nothing but creating.
const FIRST_WITH_COMMANDS = '0.2.0';

/** Whether a project is of this very program: what it was made from can be rendered in memory. */
export function isOfThisVersion({ version, templates }: ProjectRecord): boolean {
  return version === VERSION && templates === templatesDigest(loadFeatures(TEMPLATES));
}

/**
 * Refuses a project that a newer version made.
 * @param words - how the command is typed, without the name of the program.
 * @throws CreateError OTHER_VERSION.
 */
export function assertNotNewer({ version }: ProjectRecord, words: string): void {
  if (compareVersions(version, VERSION) <= 0) return;
  throw new CreateError(
    'OTHER_VERSION',
    `the project is of ${NAME} ${version}, which is newer than ${VERSION}`,
    `Type: npx ${NAME}@latest ${words}`,
  );
}

/** Says how the program that made a project is another one than this. */
export function otherVersionIn({ version }: ProjectRecord): string {
  return version === VERSION
    ? `the project is of other templates of ${NAME} ${version} than these`
    : `the project is of ${NAME} ${version}, and this is ${VERSION}`;
}

/** Refuses a project of any other version; nothing is fetched. @throws CreateError OTHER_VERSION. */
export function assertThisVersion(record: ProjectRecord, words: string): void {
  assertNotNewer(record, words);
  if (isOfThisVersion(record)) return;
  const { version } = record;
  const update = `npx ${NAME}@latest update`;
  throw new CreateError(
    'OTHER_VERSION',
    otherVersionIn(record),
    compareVersions(version, FIRST_WITH_COMMANDS) < 0
      ? `Bring it to this version first: ${update}`
      : `Type: npx ${NAME}@${version} ${words}, or bring it to this version first: ${update}`,
  );
}

/** The order of two plain versions: negative where the first is older. @see https://semver.org/#spec-item-11 */
export function compareVersions(a: string, b: string): number {
  const [[coreA, preA], [coreB, preB]] = [partsOf(a), partsOf(b)];
  const byCore = compareParts(coreA, coreB);
  if (byCore !== 0 || preA.length === 0 || preB.length === 0)
    return byCore || preB.length - preA.length;
  return compareParts(preA, preB);
}

function partsOf(version: string): readonly [readonly string[], readonly string[]] {
  const [core = '', ...rest] = version.split('-');
  return [core.split('.'), rest.length === 0 ? [] : rest.join('-').split('.')];
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part !== other) return comparePart(part, other);
  }
  return a.length - b.length;
}

function comparePart(part: string, other: string): number {
  const isNumber = /^\d+$/.test(part);
  const isOtherNumber = /^\d+$/.test(other);
  if (isNumber && isOtherNumber) return Number(part) - Number(other);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return part < other ? -1 : 1;
}
