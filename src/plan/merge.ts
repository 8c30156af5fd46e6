/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };
type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A partial file with the feature that it is of. */
export interface JsonPart {
  readonly of: string;
  readonly value: JsonObject;
}

const SORTED = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * Merges partial files into one, deeply: objects key by key, arrays as sets.
 * @throws Error that names both sides when two parts say different things, such as two ranges for
 * one dependency.
 */
export function mergeJson(parts: readonly JsonPart[]): JsonObject {
  const result: JsonObject = {};
  parts.forEach((part, index) => {
    mergeInto(result, part.value, (path, value, present) => {
      const other = parts.slice(0, index).find(({ value: earlier }) => has(earlier, path));
      throw new Error(
        `says ${JSON.stringify(value)} for ${path.join('.')} in ${part.of}` +
          ` and ${JSON.stringify(present)} in ${other?.of}`,
      );
    });
  });
  for (const section of SORTED) {
    const dependencies = result[section];
    if (isObject(dependencies)) result[section] = sortKeys(dependencies);
  }
  return result;
}

type OnConflict = (path: readonly string[], value: JsonValue, present: JsonValue) => never;

function mergeInto(
  target: JsonObject,
  part: JsonObject,
  onConflict: OnConflict,
  path: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(part)) {
    const place = [...path, key];
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (present === undefined) target[key] = structuredClone(value);
    else if (isObject(present) && isObject(value)) mergeInto(present, value, onConflict, place);
    else if (Array.isArray(present) && Array.isArray(value)) addNew(present, value);
    else if (present !== value) onConflict(place, value, present);
  }
}

function addNew(present: JsonValue[], values: readonly JsonValue[]): void {
  for (const value of values) if (!present.includes(value)) present.push(structuredClone(value));
}

function has(value: JsonValue | undefined, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return value !== undefined;
  return isObject(value) && Object.hasOwn(value, key) && has(value[key], rest);
}

function sortKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
