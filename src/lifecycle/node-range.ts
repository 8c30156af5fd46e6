import { compareVersions } from './same-version.ts';

const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?$/;

/**
 * Whether a version is in a range, as package.json has it for Node: `^20.19.0 || >=24`. Undefined for
 * a form that is none of comparators, `||` and spaces between them.
 */
export function isInRange(version: string, range: string): boolean | undefined {
  const parts = range.split('||').map((part) => isInAll(version, part.trim()));
  return parts.includes(undefined) ? undefined : parts.includes(true);
}

function isInAll(version: string, part: string): boolean | undefined {
  if (part === '' || part === '*' || part === 'x') return true;
  const words = part.replaceAll(/(\^|~|[<>]=?|=)\s+/g, '$1').split(/\s+/);
  const bounds = words.map(boundsOf);
  if (bounds.includes(undefined)) return undefined;
  return bounds.every(
    (bound) =>
      compareVersions(version, bound!.least) >= 0 &&
      (bound!.below === undefined || compareVersions(version, bound!.below) < 0),
  );
}

/** From a version, up to another one that is not in it. */
interface Bounds {
  readonly least: string;
  readonly below?: string | undefined;
}

function boundsOf(word: string): Bounds | undefined {
  const found = COMPARATOR.exec(word);
  if (found === null) return undefined;
  const [, sign = '', ...texts] = found;
  const given = texts.map(Number).filter((number) => !Number.isNaN(number));
  const least = versionOf(given);
  // What a partial version leaves open: all of 20, all of 20.19.
  const after = versionAfter(given, given.length - 1);
  if (sign === '>=') return { least };
  if (sign === '>') return { least: after };
  if (sign === '<') return { least: '0.0.0', below: least };
  if (sign === '<=') return { least: '0.0.0', below: after };
  if (sign === '^')
    return { least, below: versionAfter(given, Math.max(0, given.findIndex(Boolean))) };
  if (sign === '~') return { least, below: versionAfter(given, Math.min(1, given.length - 1)) };
  return { least, below: after };
}

function versionAfter(parts: readonly number[], at: number): string {
  return versionOf([...parts.slice(0, at), (parts[at] ?? 0) + 1]);
}

function versionOf([major = 0, minor = 0, patch = 0]: readonly number[]): string {
  return `${major}.${minor}.${patch}`;
}
