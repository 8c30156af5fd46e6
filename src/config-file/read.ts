import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { CreateError, throwIfAborted } from '../errors.ts';
import { systemCode } from '../lib/file-system.ts';
import { shortened } from '../lib/text.ts';

const MOST_BYTES = 65_536;

/** Where a config file may come from. */
export interface ConfigFilePlaces {
  readonly workingDirectory: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly signal: AbortSignal | undefined;
}

/** What messages call the file. */
export function configFileName(source: string): string {
  return source === '-' ? 'stdin' : shortened(source).replace(/^"([\x21-\x7E]+)"$/, '$1');
}

/**
 * Reads the text of a config file, or of stdin for `-`. Only local regular files: a pipe could keep
 * us waiting, a device could do anything.
 * @throws CreateError USAGE, or ABORTED by the signal.
 */
export async function readConfigFile(source: string, places: ConfigFilePlaces): Promise<string> {
  throwIfAborted(places.signal);
  const name = configFileName(source);
  try {
    const bytes = source === '-' ? await readStdin(places) : await readFile(source, places);
    if (bytes.length > MOST_BYTES) throw unreadable(name, `has more than ${MOST_BYTES / 1024} KiB`);
    if (bytes.length === 0) throw unreadable(name, 'is empty');
    if (!isUtf8(bytes) || bytes.includes(0)) throw unreadable(name, 'is not text in UTF-8');
    return bytes.toString('utf8');
  } catch (error) {
    throwIfAborted(places.signal);
    if (error instanceof CreateError) throw error;
    throw unreadable(name, `cannot be read (${systemCode(error) ?? 'unknown reason'})`, error);
  }
}

async function readFile(source: string, { workingDirectory }: ConfigFilePlaces): Promise<Buffer> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source))
    throw unreadable('an address', 'is not a local file, and nothing is fetched');
  const path = resolve(workingDirectory, source);
  // Asked before it is opened: opening is enough to make some devices act.
  assertRegular(await stat(path).catch(missing(source)), source);
  // And without blocking, should a pipe have taken its place meanwhile.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    assertRegular(await file.stat(), source);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES + 1));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readStdin({ stdin, signal }: ConfigFilePlaces): Promise<Buffer> {
  if (stdin.isTTY) throw unreadable('stdin', 'is a terminal, not a file');
  if (signal) addAbortSignal(signal, stdin);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function assertRegular(found: Stats, source: string): void {
  if (found.isFile()) return;
  const kind = found.isDirectory() ? 'a directory' : found.isFIFO() ? 'a pipe' : 'no regular file';
  throw unreadable(configFileName(source), `is ${kind}`);
}

function missing(source: string): (error: unknown) => never {
  return (error) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw unreadable(configFileName(source), 'is not there', error);
  };
}

function unreadable(name: string, problem: string, cause?: unknown): CreateError {
  return new CreateError(
    'USAGE',
    `the preset file ${name} ${problem}`,
    'Name a JSON file, or type --config - and send it to stdin.',
    { cause },
  );
}
