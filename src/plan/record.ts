import { RECORDED, RECORD_FILE } from '../options/record.ts';
import type { ProjectRecord, RecordedAnswers } from '../options/record.ts';
import { NAME, VERSION } from '../package.ts';
import { BASE } from '../templates/manifest.ts';
import type { PlannedFile } from './planned-file.ts';

/** The record of a project that these answers make of templates with this digest; where its owner moved files, with that. */
export function recordFile(
  answers: RecordedAnswers,
  templates: string,
  moved: Readonly<Record<string, string>> = {},
): PlannedFile {
  const recorded = Object.fromEntries(RECORDED.map((key) => [key, answers[key]]));
  const record = {
    generator: NAME,
    version: VERSION,
    templates,
    answers: recorded as RecordedAnswers,
    ...(Object.keys(moved).length > 0 && { moved }),
  } satisfies ProjectRecord;
  const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  return { path: RECORD_FILE, bytes, mode: 0o644, feature: BASE };
}
