import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Policy } from './manifest.ts';
import type { PlannedFile } from './plan.ts';

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

// Compressing takes most of the time of a plan. Templates stay the same and belong to all plans.
const known = new WeakMap<Buffer, Buffer>();

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
    .map((file) => baseLine(file, recorded.policies));
  return [
    record('.gitattributes', 'base.jsonl linguist-generated merge=union\n'),
    record('.gitignore', 'pending.json\n'),
    record('base.jsonl', Buffer.concat(lines)),
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
export function baseLine(file: PlannedFile, policies: Recorded['policies']): Buffer {
  const { path, mode, bytes } = file;
  const found = known.get(bytes);
  if (found) return found;
  const values = {
    p: path,
    k: policies[path] ?? policyOf(file),
    m: Number(mode.toString(8)),
    h: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
    z: deflateRawSync(bytes, { level: 9 }).toString('base64'),
  };
  const line = Buffer.from(`${JSON.stringify(values)}\n`);
  known.set(bytes, line);
  return line;
}

/** Says which line a text has, where it is known already. */
export function rememberBaseLine(bytes: Buffer, line: Buffer): void {
  known.set(bytes, line);
}

function policyOf({ path, bytes }: PlannedFile): Policy {
  if (bytes.includes(0) || !isUtf8(bytes)) return 'binary';
  if (/(?:^|\/)(?:package|tsconfig[^/]*|\.[a-z]+rc)\.json$/.test(path)) return 'json';
  if (/(?:^|\/)\.(?:[a-z]+ignore|env\.example)$/.test(path)) return 'union';
  return path.endsWith('.md') ? 'soft' : 'text';
}

function record(name: string, content: string | Buffer): PlannedFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { path: `${RECORD}/${name}`, bytes, mode: 0o644, feature: 'base' };
}
