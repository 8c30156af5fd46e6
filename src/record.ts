import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { PlannedFile } from './plan.ts';

/** The directory of a project's record of how it was made. */
const RECORD = '.chat-backend';

/** How a later version merges a file with the owner's edits. */
export type Policy = 'text' | 'json' | 'union' | 'soft' | 'binary';

/** What the record says besides the files. */
export interface Recorded {
  readonly version: string;
  /** Answers that shape bytes; never a secret. */
  readonly options: Readonly<Record<string, string | number>>;
  readonly features: readonly string[];
  readonly policies: Readonly<Record<string, string>>;
}

/**
 * The files of the record: the manifest for people, and the pristine text of every file as the base
 * of later merges. `.env` holds secrets and is left out.
 */
export function recordFiles(
  files: readonly PlannedFile[],
  recorded: Recorded,
): readonly PlannedFile[] {
  const lines = files
    .filter((file) => file.path !== '.env')
    .map((file) => baseLine(file, recorded.policies));
  return [
    record('.gitattributes', 'base.jsonl linguist-generated merge=union\n'),
    record('.gitignore', 'pending.json\n'),
    record('base.jsonl', lines.map((line) => `${line}\n`).join('')),
    record('manifest.json', manifest(recorded)),
  ];
}

function manifest({ version, options, features }: Recorded): string {
  const value = {
    schema: 1,
    generator: 'create-chat-backend',
    version,
    options,
    features: Object.fromEntries(features.map((name) => [name, {}])),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One file: path, policy, mode, hash of its LF text, and the text, deflated. */
function baseLine(file: PlannedFile, policies: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    p: file.path,
    k: policies[file.path] ?? policyOf(file),
    m: Number(file.mode.toString(8)),
    h: createHash('sha256').update(file.bytes).digest('hex').slice(0, 32),
    z: deflateRawSync(file.bytes, { level: 9 }).toString('base64'),
  });
}

function policyOf({ path, bytes }: PlannedFile): Policy {
  if (bytes.includes(0)) return 'binary';
  if (/(?:^|\/)(?:package|tsconfig[^/]*|\.[a-z]+rc)\.json$/.test(path)) return 'json';
  if (/(?:^|\/)\.(?:gitignore|dockerignore|env\.example)$/.test(path)) return 'union';
  return path.endsWith('.md') ? 'soft' : 'text';
}

function record(name: string, text: string): PlannedFile {
  return { path: `${RECORD}/${name}`, bytes: Buffer.from(text), mode: 0o644, feature: 'base' };
}
