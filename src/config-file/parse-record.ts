import { optionProblem } from '../options/option-value.ts';
import { optionOf } from '../options/options.ts';
import { RECORDED } from '../options/record.ts';
import type { ProjectRecord } from '../options/record.ts';
import { NAME, VERSION } from '../package.ts';
import { shortened } from '../lib/text.ts';

/** Why a value is no record, as the end of a sentence. */
export class RecordProblem extends Error {}

type Values = Readonly<Record<string, unknown>>;

// No range, tag, address or alias: the version is given to a package manager.
const VERSION_FORM =
  /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}(?:-[0-9A-Za-z-]{1,32}(?:\.[0-9A-Za-z-]{1,32}){0,8})?$/;
const FEATURE_FORM = /^[a-z][a-z0-9-]*$/;

/** Whether a config file is a record, or means to be one. */
export function isRecord(data: object): boolean {
  return Object.hasOwn(data, 'generator');
}

/**
 * Takes a value for the record of a project, which anybody may have edited: exactly its keys, no
 * answer that is not recorded, and nothing that leads out of the project or to another package.
 * @throws RecordProblem.
 */
export function parseRecord(data: unknown): ProjectRecord {
  const record = objectOf(data, 'a record');
  const { generator, version, templates, answers, moved = {}, ...others } = record;
  assertNoneOf(others, 'key');
  if (generator !== NAME) throw new RecordProblem(`is not a record of ${NAME}`);
  if (!matches(version, VERSION_FORM))
    throw new RecordProblem('has a "version" that is not one like 1.2.3');
  if (!matches(templates, /^[0-9a-f]{16}$/))
    throw new RecordProblem('has "templates" that are not 16 hexadecimal digits');
  assertAnswers(objectOf(answers, 'an object "answers"'));
  for (const path of Object.entries(objectOf(moved, 'an object "moved"')).flat()) assertPath(path);
  return record as unknown as ProjectRecord;
}

/** What a person should know before a project is made again by templates with this digest. */
export function recordNotes(
  { version, templates }: ProjectRecord,
  digest: string,
  name: string,
): readonly string[] {
  const writer = `${name} was written by ${NAME} ${version}`;
  if (version !== VERSION)
    return [`${writer}, and this is ${VERSION}: npx ${NAME}@${version} makes the same files`];
  return templates === digest ? [] : [`${writer} with other templates: files may differ`];
}

function assertAnswers(answers: Values): void {
  const others = Object.entries(answers).filter(([key]) => !RECORDED.some((name) => name === key));
  assertNoneOf(Object.fromEntries(others), 'answer');
  for (const key of RECORDED) {
    if (!Object.hasOwn(answers, key)) throw new RecordProblem(`has no answer "${key}"`);
    const problem = optionProblem(optionOf(key), answers[key]);
    if (problem !== undefined) throw new RecordProblem(`has an answer "${key}" that ${problem}`);
  }
  const names = [...(answers['features'] as readonly string[]), answers['adapter'] as string];
  const odd = names.find((name) => !FEATURE_FORM.test(name));
  if (odd !== undefined)
    throw new RecordProblem(`names a feature ${shortened(odd)}, which cannot be one`);
}

function assertPath(path: unknown): void {
  const isText = typeof path === 'string' && !/[\\\0]|^[a-z]:/i.test(path);
  if (isText && !path.split('/').some(isOddPart)) return;
  throw new RecordProblem(`has a path in "moved" that cannot be one: ${shortened(String(path))}`);
}

// Windows takes `.git.`, `.git::$INDEX_ALLOCATION` and `git~1` for `.git`.
function isOddPart(part: string): boolean {
  const name = part
    .toLowerCase()
    .replace(/:.*/, '')
    .replace(/[. ]+$/, '');
  return ['', '.git', 'git~1'].includes(name);
}

function assertNoneOf(others: Values, kind: 'key' | 'answer'): void {
  const [other] = Object.keys(others);
  if (other !== undefined) throw new RecordProblem(`has an unknown ${kind} ${shortened(other)}`);
}

function objectOf(value: unknown, what: string): Values {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  throw new RecordProblem(`has not ${what}`);
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}
