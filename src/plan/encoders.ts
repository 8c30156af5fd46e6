import { parseEnv } from 'node:util';

/**
 * Encoders: the only way in which a value reaches a rendered file. Each one throws on what its
 * format cannot hold, undefined included.
 */
export const encoders = { json, md, yaml, env, line, block, code };

/** A JSON value, quotes included. */
function json(value: unknown): string {
  const encoded = JSON.stringify(value) as string | undefined;
  if (encoded === undefined) throw new TypeError(`json() got ${typeof value}`);
  return encoded;
}

/**
 * Text in a Markdown paragraph or heading, shown as it is.
 * @see CommonMark 0.31.2, section 2.4 (backslash escapes) and 2.5 (character references)
 */
function md(value: string): string {
  return line(value)
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\`*_[\]<>~|$]/g, String.raw`\$&`)
    .replace(/^(?=[#+=-])/, '\\')
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`)
    .replaceAll(/^\s|\s$|(?<=\s)\s|(?<=\s#*)#$/g, reference);
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

/** A YAML 1.2 string: every JSON string is one. */
function yaml(value: string): string {
  return JSON.stringify(text('yaml', value));
}

/**
 * The value of a variable in an environment file, as `node --env-file` reads it: quotes are literal,
 * nothing is expanded, only double quotes turn `\n` into a line break.
 */
function env(value: string | number): string {
  const plain = line(String(value));
  const encoded = /^[\w.,:/@+=?&%~-]*$/.test(plain) ? plain : quoted(plain);
  if (encoded === undefined || parseEnv(`X=${encoded}`)['X'] !== plain)
    throw new TypeError('env() got a text that no environment file can hold');
  return encoded;
}

function quoted(plain: string): string | undefined {
  const quote = ["'", '`', '"'].find((mark) => !plain.includes(mark));
  return quote === undefined ? undefined : quote + plain + quote;
}

/** One line of plain text from a manifest, as it is. */
function line(value: string): string {
  const plain = text('line', value);
  if (/[\n\r\u2028\u2029]/.test(plain)) throw new TypeError('line() got a line break');
  return plain;
}

/** Text of a fragment, as it is: it is written in the format of the file that prints it. */
function block(value: string): string {
  return text('block', value);
}

/** Manifest data in TypeScript: one relative path, one identifier, or several joined by commas. */
function code(value: string | readonly (string | undefined)[]): string {
  const names = [value].flat().filter((name) => name !== undefined);
  for (const name of names)
    if (!/^(?:[A-Za-z][A-Za-z0-9_]*|\.{1,2}\/[a-z0-9./-]+)$/.test(name))
      throw new TypeError(`code() got ${JSON.stringify(name)}`);
  if (names.length === 0) throw new TypeError('code() got nothing to print');
  return names.sort().join(', ');
}

function text(encoder: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${encoder}() got ${typeof value}`);
  return value;
}
