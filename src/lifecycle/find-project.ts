import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { JsonProblem, parseStrictJson } from '../config-file/strict-json.ts';
import { RecordProblem, parseRecord } from '../config-file/parse-record.ts';
import { CreateError } from '../errors.ts';
import { ABSENT, isThere, unlessSync } from '../lib/file-system.ts';
import { RECORD_FILE } from '../options/record.ts';
import type { ProjectRecord } from '../options/record.ts';
import { OLD_RECORD_FILE, OLD_RECORD_FOLDER, hasOldRecord, readOldRecord } from './old-record.ts';
import { readAgain } from '../write/errors.ts';
import { JOURNAL } from '../write/target.ts';
import type { TreeFile } from './types.ts';

const MOST_BYTES = 65_536;
const PUT_BACK = `Put it back as it was, for example: git checkout -- ${RECORD_FILE}`;

/** A project that is there. */
export interface FoundProject {
  /** Absolute, with its links resolved. */
  readonly root: string;
  readonly record: ProjectRecord;
  /** Undefined where 0.1.0 made it, which kept its record elsewhere. */
  readonly recordFile: TreeFile | undefined;
}

/**
 * The nearest directory with a record, or with a run that was killed, here or above.
 * @throws CreateError NO_PROJECT, FILE_SYSTEM.
 */
export function findRoot(directory: string, workingDirectory: string): string {
  const start = resolve(workingDirectory, directory);
  const root = readAgain(start, () => rootAbove(start));
  if (root !== undefined) return root;
  throw new CreateError(
    'NO_PROJECT',
    `there is no ${RECORD_FILE} here or above`,
    'Type this in a project that create-chat-backend made.',
  );
}

function rootAbove(start: string): string | undefined {
  const real = unlessSync(ABSENT, () => realpathSync(start)) ?? start;
  for (let at = real; ; at = dirname(at)) {
    if (hasRecord(at) || hasOldRecord(at) || isThere(join(at, JOURNAL))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Reads the record of the project in a directory. @throws CreateError RECORD, FILE_SYSTEM. */
export function openProject(root: string): FoundProject {
  if (!hasRecord(root) && hasOldRecord(root))
    return { root, record: oldRecordIn(root), recordFile: undefined };
  const recordFile = readRecord(root);
  if (!isUtf8(recordFile.bytes)) throw invalidRecord('is not text in UTF-8');
  return { root, record: recordOf(recordFile.bytes.toString()), recordFile };
}

function hasRecord(directory: string): boolean {
  return isThere(join(directory, RECORD_FILE));
}

function oldRecordIn(root: string): ProjectRecord {
  const hint = `Put it back as it was, for example: git checkout -- ${OLD_RECORD_FOLDER}`;
  return understood(() => readOldRecord(root), { file: OLD_RECORD_FILE, hint });
}

function readRecord(root: string): TreeFile {
  const path = join(root, RECORD_FILE);
  const found = readAgain(path, () => unlessSync(ABSENT, () => lstatSync(path)));
  if (found === undefined) throw invalidRecord('is not there');
  if (!found.isFile())
    throw invalidRecord(found.isDirectory() ? 'is a directory' : 'is no regular file');
  if (found.size > MOST_BYTES) throw invalidRecord(`has more than ${MOST_BYTES / 1024} KiB`);
  return { bytes: readAgain(path, () => readFileSync(path)), mode: found.mode & 0o7777 };
}

function recordOf(text: string): ProjectRecord {
  if (/^<{7}(?: |$)/m.test(text))
    throw invalidRecord(
      'has the conflict markers of a merge',
      'Keep what both sides have, one line a feature; then type the command again.',
    );
  return understood(() => parseRecord(parseStrictJson(text)), {
    file: RECORD_FILE,
    hint: PUT_BACK,
  });
}

function understood(
  read: () => ProjectRecord,
  { file, hint }: { readonly file: string; readonly hint: string },
): ProjectRecord {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof JsonProblem || cause instanceof RecordProblem)) throw cause;
    throw new CreateError('RECORD', `${file} ${cause.message}`, hint, { cause });
  }
}

/** The error for a record that cannot be used; `problem` goes on after its name. */
export function invalidRecord(problem: string, hint = PUT_BACK, cause?: unknown): CreateError {
  return new CreateError('RECORD', `${RECORD_FILE} ${problem}`, hint, { cause });
}
