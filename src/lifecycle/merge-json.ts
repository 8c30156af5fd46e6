/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
type JsonObject = { readonly [key: string]: Json };

/** A merged value, and the places where both sides changed one: yours stayed. */
export interface MergedJson {
  readonly value: Json;
  /** Keys joined by dots. */
  readonly clashes: readonly string[];
}

/** Merges what became of a value on two sides, key by key; arrays of scalars are sets. */
export function mergeJson(
  base: Json | undefined,
  yours: Json,
  template: Json,
  place = '',
): MergedJson {
  if (isSame(yours, template) || isSame(base, template)) return { value: yours, clashes: [] };
  if (isSame(base, yours)) return { value: template, clashes: [] };
  if (isObject(yours) && isObject(template))
    return mergeObjects(isObject(base) ? base : {}, yours, template, place);
  if (isSet(yours) && isSet(template))
    return { value: mergeSets(isSet(base) ? base : [], yours, template), clashes: [] };
  return { value: yours, clashes: [place] };
}

/** Prints a value as JSON, indented and ended as another text is. */
export function printJson(value: Json, like: string): string {
  const indent = /^[{[]\n([ \t]+)/.exec(like)?.[1] ?? '  ';
  return JSON.stringify(value, null, indent) + (like.endsWith('\n') ? '\n' : '');
}

function mergeSets(
  base: readonly Json[],
  yours: readonly Json[],
  template: readonly Json[],
): readonly Json[] {
  const kept = yours.filter((item) => template.includes(item) || !base.includes(item));
  return [...kept, ...template.filter((item) => !base.includes(item) && !kept.includes(item))];
}

function mergeObjects(
  base: JsonObject,
  yours: JsonObject,
  template: JsonObject,
  place: string,
): MergedJson {
  const clashes: string[] = [];
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(yours)) {
    const at = place === '' ? key : `${place}.${key}`;
    const before = ownValue(base, key);
    const next = ownValue(template, key);
    if (next !== undefined) {
      const merged = mergeJson(before, value, next, at);
      entries.push([key, merged.value]);
      clashes.push(...merged.clashes);
    } else if (!isSame(before, value)) {
      entries.push([key, value]);
      if (before !== undefined) clashes.push(at);
    }
  }
  for (const key of Object.keys(template)) {
    if (Object.hasOwn(yours, key)) continue;
    const before = ownValue(base, key);
    if (before === undefined) insert(entries, key, template, isSorted(Object.keys(yours)));
    else if (!isSame(before, template[key])) clashes.push(place === '' ? key : `${place}.${key}`);
  }
  return { value: Object.fromEntries(entries), clashes };
}

// By the alphabet where its neighbours stand so, else after the one that it follows in the template.
function insert(
  entries: [string, Json][],
  key: string,
  template: JsonObject,
  isListSorted: boolean,
): void {
  const keys = Object.keys(template);
  const before = keys.slice(0, keys.indexOf(key)).findLast((name) => has(entries, name));
  const after = entries.findIndex(([other]) => other === before) + 1;
  const next = entries.findIndex(([other]) => other > key);
  const isByName = isListSorted || isSorted(keys);
  const at = isByName ? (next === -1 ? entries.length : next) : after;
  entries.splice(at, 0, [key, template[key]!]);
}

function has(entries: readonly [string, Json][], name: string): boolean {
  return entries.some(([other]) => other === name);
}

// One key is in order, and says nothing about the order of others.
function isSorted(keys: readonly string[]): boolean {
  return keys.length > 1 && keys.every((key, index) => index === 0 || keys[index - 1]! < key);
}

function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSet(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

// Whatever the order of keys is.
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return (
      a.length === b.length && a.every((item, index) => isSame(item as Json, b[index] as Json))
    );
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}
