import type { Answers } from './options.ts';

/** The file in which a project keeps how it was made. */
export const RECORD_FILE = '.chat-backend.json';

/**
 * The answers that shape the bytes of a project, in the order of its record; never a secret. The
 * features stand last and one a line, so that two branches that add some can be merged.
 */
export const RECORDED = [
  'packageName',
  'description',
  'author',
  'port',
  'packageManager',
  'adapter',
  'features',
] as const satisfies readonly (keyof Answers)[];

/** These answers, in the words of preset files. */
export type RecordedAnswers = Pick<Answers, (typeof RECORDED)[number]>;

type Settable = Exclude<(typeof RECORDED)[number], 'features'>;

/** Those that change by being set; features come and go. */
export const SETTABLE = RECORDED.filter((key): key is Settable => key !== 'features');

/** New values of some of them. */
export type SettableAnswers = { readonly [Key in Settable]?: RecordedAnswers[Key] | undefined };

/** How a project was made: enough to make it again, and to render what its owner started from. */
export interface ProjectRecord {
  readonly generator: string;
  /** Version of this package. */
  readonly version: string;
  /** What tells one set of templates from another of the same version. */
  readonly templates: string;
  readonly answers: RecordedAnswers;
  /** Where the owner moved files: from the path in the templates to theirs. */
  readonly moved?: Readonly<Record<string, string>>;
}
