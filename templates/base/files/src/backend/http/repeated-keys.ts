/** Strings, and the signs that open, close and separate; everything else does not matter here. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;

/**
 * Whether an object names a key twice. `JSON.parse` keeps the last one, other readers of the same text
 * (a proxy, a log) may keep the first.
 *
 * @param json a valid JSON text
 */
export function hasRepeatedKey(json: string): boolean {
  const open: Set<string>[] = []; // the keys of each object around; an array has none
  let last = '';
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(last) as string; // the same name can be escaped in many ways
      if (open.at(-1)?.has(key)) return true;
      open.at(-1)?.add(key);
    }
    last = token;
  }
  return false;
}
