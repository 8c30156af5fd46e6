import { isSet } from '../lib/environment.ts';
import type { Environment } from '../lib/environment.ts';

/** Where text is written. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly getColorDepth?: ((environment?: object) => number) | undefined;
  readonly write: (text: string) => unknown;
}

/** How many colours a stream may get, as chalk counts them: 0 none, 1 sixteen, 2 256, 3 all. */
export type ColourLevel = 0 | 1 | 2 | 3;

/**
 * The colour level of a stream.
 * @see https://no-color.org and https://force-color.org
 */
export function colourLevel(stream: Stream, environment: Environment): ColourLevel {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forcedLevel(forced);
  if (environment['NO_COLOR'] || !isLively(stream, environment)) return 0;
  const depth = stream.getColorDepth?.(environment) ?? 1;
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}

/** Whether lines of a stream may be redrawn: a terminal that can, and a person before it. */
export function isLively(stream: Stream, environment: Environment): boolean {
  return stream.isTTY === true && environment['TERM'] !== 'dumb' && !isCi(environment);
}

/** Whether a pipeline runs us. */
export function isCi(environment: Environment): boolean {
  return isSet(environment, 'CI');
}

function forcedLevel(forced: string): ColourLevel {
  if (forced === 'false' || forced === '0') return 0;
  return forced === '2' ? 2 : forced === '3' ? 3 : 1;
}
