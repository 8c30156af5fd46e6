import { join } from 'node:path';
import type { CreateError } from '../errors.ts';
import { isThere } from '../lib/file-system.ts';
import { listed } from '../lib/text.ts';
import type { ProjectRecord } from '../options/record.ts';
import { NAME, TEMPLATES, VERSION } from '../package.ts';
import type { FileChange, Finding } from '../result.ts';
import { loadFeatures } from '../templates/features.ts';
import { JOURNAL } from '../write/target.ts';
import { openConflicts } from './before.ts';
import type { Diagnosis } from './diagnosis.ts';
import { fault, note } from './diagnosis.ts';
import { inspectProject } from './inspect-project.ts';
import { compareVersions, isOfThisVersion, otherVersionIn } from './same-version.ts';

/** What is wrong with a record that could not be read, with the command that its hint names. */
export function recordFinding({ message, hint }: CreateError): Finding {
  const command = /git checkout -- \S+$/.exec(hint)?.[0];
  return command === undefined
    ? fault('record', `${message}: ${hint}`)
    : fault('record', message, command);
}

/** Looks for runs that did not end well. */
export async function diagnoseRuns({ root }: Diagnosis): Promise<readonly Finding[]> {
  const undo = `${NAME} undo`;
  const open = [...openConflicts(root).keys()];
  return [
    ...(isThere(join(root, JOURNAL))
      ? [fault('unfinished-run', 'a run was killed while it wrote, or writes still', undo)]
      : []),
    ...(open.length === 0
      ? []
      : [fault('conflict-markers', `there are conflict markers in ${listed(open)}`, undo)]),
  ];
}

/** Compares the project with what its record says; one of another version would have to be fetched. */
export async function diagnoseRecord({
  root,
  record,
  run,
}: Diagnosis): Promise<readonly Finding[]> {
  if (record === undefined) return [];
  if (!isOfThisVersion(record)) return [otherVersion(record)];
  const { changes } = await inspectProject({ directory: root }, run);
  return [...missingFeatures(record, changes), ...edits(changes)];
}

function otherVersion(record: ProjectRecord): Finding {
  const isNewer = compareVersions(record.version, VERSION) > 0;
  const command = isNewer ? 'doctor' : 'update';
  return note('other-version', otherVersionIn(record), `npx ${NAME}@latest ${command}`);
}

function missingFeatures(
  { answers: { features } }: ProjectRecord,
  changes: readonly FileChange[],
): readonly Finding[] {
  const deleted = new Set(
    changes.flatMap(({ path, action }) => (action === 'deleted' ? [path] : [])),
  );
  return loadFeatures(TEMPLATES)
    .filter(
      ({ name, files }) =>
        features.includes(name) && files.length > 0 && files.every(({ path }) => deleted.has(path)),
    )
    .map(({ name }) =>
      fault('feature-missing', `no file of ${name} is here`, `${NAME} remove ${name}`),
    );
}

function edits(changes: readonly FileChange[]): readonly Finding[] {
  if (changes.length === 0) return [];
  const paths = listed(changes.map(({ path }) => path));
  return [note('edited', `not as they were made: ${paths}`)];
}
