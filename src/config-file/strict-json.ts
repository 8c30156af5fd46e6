const DEEPEST = 16;

/** Why a text is not the JSON we take; the message ends with the place, and quotes nothing. */
export class JsonProblem extends Error {}

/**
 * Parses JSON that a person wrote: says line and column of a mistake, and refuses a key that stands
 * twice in an object and nesting deeper than 16, which `JSON.parse` lets through. A byte order mark
 * at the beginning is ignored. `__proto__` is a key like any other.
 * @throws JsonProblem.
 */
export function parseStrictJson(text: string): unknown {
  const reader = new Reader(text.replace(/^\uFEFF/, ''));
  const value = reader.value(0);
  reader.end();
  return value;
}

// Sticky: each matches at the place where reading has come to, or not at all.
const SPACE = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex -- JSON wants them escaped
const STRING = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true\b|false\b|null\b/y;

class Reader {
  readonly #text: string;
  #place = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw this.#problem(`is nested deeper than ${DEEPEST} levels`);
    if (this.#skip('{')) return this.#object(depth);
    if (this.#skip('[')) return this.#array(depth);
    if (this.#peek() === '"') return this.#string();
    const scalar = this.#take(SCALAR);
    if (scalar === undefined) throw this.#problem('has no value where one is expected');
    return JSON.parse(scalar);
  }

  end(): void {
    if (this.#peek() !== undefined) throw this.#problem('goes on after its end');
  }

  #object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    if (this.#skip('}')) return {};
    do {
      if (this.#peek() === '}') throw this.#problem('has a comma too many');
      if (this.#peek() !== '"') throw this.#problem('has no "key" where one is expected');
      const start = this.#place;
      const key = this.#string();
      if (entries.has(key)) throw this.#problem('has a key for the second time', start);
      if (!this.#skip(':')) throw this.#problem('has no colon after a key');
      entries.set(key, this.value(depth + 1));
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#problem('has no comma or } after a value');
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const values: unknown[] = [];
    if (this.#skip(']')) return values;
    do {
      if (this.#peek() === ']') throw this.#problem('has a comma too many');
      values.push(this.value(depth + 1));
    } while (this.#skip(','));
    if (!this.#skip(']')) throw this.#problem('has no comma or ] after a value');
    return values;
  }

  #string(): string {
    const text = this.#take(STRING);
    if (text === undefined) throw this.#problem('has a text that does not end or is not escaped');
    return JSON.parse(text) as string;
  }

  /** The next character that is not space. */
  #peek(): string | undefined {
    this.#take(SPACE);
    return this.#text[this.#place];
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#place += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#place;
    const found = pattern.exec(this.#text)?.[0];
    this.#place += found?.length ?? 0;
    return found;
  }

  #problem(what: string, place = this.#place): JsonProblem {
    const before = this.#text.slice(0, place).split(/\r\n|\n|\r/);
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new JsonProblem(`${what}: line ${before.length}, column ${column}`);
  }
}
