import { damaged } from './features.ts';

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };
type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

const SORTED = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * Merges partial files into one, deeply: objects key by key, arrays as sets, and values that say
 * different things are an error that names both sides.
 * @throws CreateError DAMAGED
 */
export function mergeJson(
  parts: readonly { readonly from: string; readonly value: JsonObject }[],
): JsonObject {
  const result: JsonObject = {};
  for (const { from, value } of parts) mergeInto(result, value, from, []);
  for (const section of SORTED) {
    const dependencies = result[section];
    if (isObject(dependencies)) result[section] = sortKeys(dependencies);
  }
  return result;
}

function mergeInto(
  target: JsonObject,
  part: JsonObject,
  from: string,
  path: readonly string[],
): void {
  for (const [key, value] of Object.entries(part)) {
    const place = [...path, key];
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (present === undefined) target[key] = structuredClone(value);
    else if (isObject(present) && isObject(value)) mergeInto(present, value, from, place);
    else if (Array.isArray(present) && Array.isArray(value)) addNew(present, value);
    else if (present !== value)
      throw damaged(
        from,
        `says ${JSON.stringify(value)} for ${place.join('.')}, another feature ${JSON.stringify(present)}`,
      );
  }
}

function addNew(present: JsonValue[], values: readonly JsonValue[]): void {
  for (const value of values) if (!present.includes(value)) present.push(structuredClone(value));
}

function sortKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
