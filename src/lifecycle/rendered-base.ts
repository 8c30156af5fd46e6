import { join } from 'node:path';
import { parseRecord } from '../config-file/parse-record.ts';
import { parseStrictJson } from '../config-file/strict-json.ts';
import { flagsOf } from '../options/replay.ts';
import { RECORD_FILE } from '../options/record.ts';
import type { ProjectRecord } from '../options/record.ts';
import { NAME } from '../package.ts';
import { OLD_RECORD_FOLDER, hasOldRecord, readOldRecord } from './old-record.ts';
import { readProject, readRegularFile } from './read-project.ts';
import { isExecutable } from './text-form.ts';
import type { Base, TreeFile } from './types.ts';

/** What is in a directory that a version rendered, or undefined where there is no record. */
export function readRendered(directory: string): Base | undefined {
  const record = recordIn(directory);
  if (record === undefined) return undefined;
  const { version, templates } = record;
  const files = [...readProject(directory).files].filter(
    ([path]) => !path.startsWith(OLD_RECORD_FOLDER),
  );
  // Read now: the directory may be gone when a file is asked for.
  const tree = new Map(files.map(([path, file]) => [path, withMode(file)]));
  return { version, templates, tree, env: readRegularFile(join(directory, '.env'))?.bytes };
}

/** The command by which a person makes the base of a record by hand; an old one is no config file yet. */
export function baseByHand({ version, answers }: ProjectRecord, isOld: boolean): string {
  const words = isOld ? flagsOf(answers) : `--config ${RECORD_FILE}`;
  return `npx ${NAME}@${version} base ${words} --yes --no-install --no-git`;
}

function recordIn(directory: string): ProjectRecord | undefined {
  const file = readRegularFile(join(directory, RECORD_FILE));
  if (file !== undefined) return parseRecord(parseStrictJson(file.bytes.toString()));
  return hasOldRecord(directory) ? readOldRecord(directory) : undefined;
}

// Whoever rendered it may have had a mask of its own: of the mode only this is the templates'.
function withMode(file: TreeFile): TreeFile {
  return { bytes: file.bytes, mode: isExecutable(file) ? 0o755 : 0o644 };
}
