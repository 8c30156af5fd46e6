import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RecordProblem, parseRecord } from '../config-file/parse-record.ts';
import { parseStrictJson } from '../config-file/strict-json.ts';
import { isThere } from '../lib/file-system.ts';
import type { ProjectRecord } from '../options/record.ts';
import { readRegularFile } from './read-project.ts';

/** The folder in which 0.1.0 kept its record and its base. */
export const OLD_RECORD_FOLDER = '.chat-backend/';

/** The file of it that tells a project. */
export const OLD_RECORD_FILE = `${OLD_RECORD_FOLDER}manifest.json`;

/** Everything that 0.1.0 put there. */
export const OLD_RECORD_FILES = ['.gitattributes', '.gitignore', 'base.jsonl', 'manifest.json'].map(
  (name) => `${OLD_RECORD_FOLDER}${name}`,
);

const BASE_FILE = `${OLD_RECORD_FOLDER}base.jsonl`;
const MOST_BYTES = 65_536;
const MOST_BASE_BYTES = 4 * 1024 * 1024;
// Among the features of that version, because its record did not tell them apart.
const ADAPTERS = ['mongo', 'redis'];
const DIGITS = 16;

/** Whether 0.1.0 made what is in a directory. */
export function hasOldRecord(directory: string): boolean {
  return isThere(join(directory, OLD_RECORD_FILE));
}

/**
 * The record of 0.1.0 in the words of today's. What stands for the digest of its templates is that of
 * the hashes which it kept of each file.
 * @throws JsonProblem, or RecordProblem for what no record of 0.1.0 says.
 */
export function readOldRecord(directory: string): ProjectRecord {
  const manifest = readRegularFile(join(directory, OLD_RECORD_FILE), MOST_BYTES)?.bytes.toString();
  if (manifest === undefined) throw new RecordProblem('is no file of at most 64 KiB');
  const base = readRegularFile(join(directory, BASE_FILE), MOST_BASE_BYTES);
  const { generator, version, options, features } = objectOf(parseStrictJson(manifest));
  const names = Object.keys(objectOf(features));
  return parseRecord({
    generator,
    version,
    templates: digestOf(base?.bytes.toString() ?? ''),
    answers: {
      ...objectOf(options),
      adapter: names.find((name) => ADAPTERS.includes(name)) ?? 'none',
      features: names.filter((name) => !ADAPTERS.includes(name)),
    },
  });
}

// The lines have more, compressed, which differs between versions of Node; git merges them in any order.
function digestOf(text: string): string {
  const lines = text
    .split('\n')
    .flatMap((line) => /^\{"p":"[^"]*".*?"h":"[0-9a-f]+"/.exec(line)?.[0] ?? []);
  const known = [...new Set(lines)].sort((a, b) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(known.join('\n'));
  return hash.digest('hex').slice(0, DIGITS);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
