import { isUtf8 } from 'node:buffer';
import type { Policy } from './manifest.ts';
import type { PlannedFile } from './plan.ts';
import { pristineOf } from './pristine.ts';

/** The directory of a project's record of how it was made. */
const RECORD = '.chat-backend';

/** What the record says besides the files. */
export interface Recorded {
  readonly version: string;
  /** Answers that shape bytes; never a secret. */
  readonly options: Readonly<Record<string, string | number>>;
  readonly features: readonly string[];
  /** For files whose name does not tell their policy. */
  readonly policies: Readonly<Record<string, Policy>>;
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
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => `${baseLine(file, recorded.policies)}\n`);
  return [
    record('.gitattributes', 'base.jsonl linguist-generated merge=union\n'),
    record('.gitignore', 'pending.json\n'),
    record('base.jsonl', lines.join('')),
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

/** One file: path, policy, mode, hash of its text (templates have LF and no BOM), compressed text. */
function baseLine(file: PlannedFile, policies: Recorded['policies']): string {
  const { hash, deflated } = pristineOf(file.bytes);
  return JSON.stringify({
    p: file.path,
    k: policies[file.path] ?? policyOf(file),
    m: Number(file.mode.toString(8)),
    h: hash,
    z: deflated.toString('base64'),
  });
}

function policyOf({ path, bytes }: PlannedFile): Policy {
  if (bytes.includes(0) || !isUtf8(bytes)) return 'binary';
  if (/(?:^|\/)(?:package|tsconfig[^/]*|\.[a-z]+rc)\.json$/.test(path)) return 'json';
  if (/(?:^|\/)\.(?:[a-z]+ignore|env\.example)$/.test(path)) return 'union';
  return path.endsWith('.md') ? 'soft' : 'text';
}

function record(name: string, text: string): PlannedFile {
  return { path: `${RECORD}/${name}`, bytes: Buffer.from(text), mode: 0o644, feature: 'base' };
}
