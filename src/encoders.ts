/**
 * Encoders: the only way in which a value reaches a rendered file. Each one throws on what its
 * format cannot hold, undefined included.
 */
export const encoders = { json, md, yaml, env, line, block, code };

/** A JSON value, quotes included. */
function json(value: unknown): string {
  if (value === undefined) throw new TypeError('json() got nothing to print');
  return JSON.stringify(value);
}

/**
 * Text in a Markdown paragraph, shown as it is.
 * @see CommonMark 0.31.2, section 2.4, backslash escapes
 */
function md(value: string): string {
  return text('md', value)
    .replaceAll(/[\\`*_[\]<>~|]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replace(/^(?=[#+=-])/, '\\')
    .replace(/^(\d+)([.)])/, String.raw`$1\$2`);
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
  const plain = text('env', String(value));
  if (/[\r\n]/.test(plain)) throw new TypeError('env() got a line break');
  if (/^[\w.,:/@+=?&%~-]*$/.test(plain)) return plain;
  const quote = ["'", '`', '"'].find((mark) => !plain.includes(mark));
  if (quote === undefined || (quote === '"' && plain.includes('\\n')))
    throw new TypeError('env() got all three kinds of quotes');
  return quote + plain + quote;
}

/** One line of plain text from a manifest, as it is. */
function line(value: string): string {
  const plain = text('line', value);
  if (/[\r\n]/.test(plain)) throw new TypeError('line() got a line break');
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
