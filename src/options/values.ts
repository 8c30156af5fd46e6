import { unprintableIn, visible } from '../lib/text.ts';

/** So many characters a one-line text may have. */
export const LONGEST_TEXT = 200;

/** What is wrong with a one-line text, as the end of a sentence, or undefined. */
export function textProblem(text: string): string | undefined {
  const odd = unprintableIn(text);
  if (odd !== undefined) return `contains ${visible(odd)}; one line of plain text is expected`;
  const length = Array.from(text).length;
  if (length > LONGEST_TEXT) return `has ${length} characters; ${LONGEST_TEXT} are allowed`;
  return undefined;
}

/** What is wrong with a port, or undefined. */
export function portProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return undefined;
  return 'is not an integer from 1 to 65535';
}

/** The port that a text means, or undefined: `1e3`, `0x50` and digits of other scripts mean none. */
export function parsePort(text: string): number | undefined {
  const port = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return portProblem(port) === undefined ? port : undefined;
}

/**
 * What is wrong with a MongoDB connection string, or undefined. The answer never repeats any of it,
 * because it may hold a password.
 * @see https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
 */
export function databaseUriProblem(uri: string): string | undefined {
  if (unprintableIn(uri) !== undefined) return 'contains a control character or a line break';
  // An environment file could not quote it; as part of a user name they are written %22 %27 %60.
  if (['"', "'", '`'].every((mark) => uri.includes(mark))) return 'contains three kinds of quotes';
  const parts = /^mongodb(?:\+srv)?:\/\/[^/?]+(?:\/([^?]*))?(?:\?.*)?$/.exec(uri);
  if (!parts) return 'does not have the form mongodb://host/database';
  const database = decoded(parts[1] ?? '');
  if (database === undefined || /[/\\. "$*<>:|?]/.test(database)) {
    return 'names a database with a character that MongoDB does not allow there (/ \\ . space " $ * < > : | ?)';
  }
  if (Buffer.byteLength(database) > 63) return 'names a database of more than 63 bytes';
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
