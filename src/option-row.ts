/** One option, with every face it has. */
export interface OptionRow {
  /** Its name in the API, in JSON and in preset files. */
  readonly key: string;
  /** Its flag as commander takes it; the directory is the argument. */
  readonly flag: string;
  /** The flag that says no. */
  readonly negative?: string;
  readonly kind: 'text' | 'port' | 'switch' | 'choice' | 'list';
  readonly choices?: readonly string[];
  /** What holds when nobody says anything; without one, the place that uses it decides. */
  readonly default?: string | number | boolean;
  /** Its line in --help and in the README. */
  readonly help: string;
  /** What a person at a terminal is asked; options without one are only flags. */
  readonly question?: string;
  /** Concerns a terminal: not in the API. */
  readonly commandLineOnly?: true;
  /** Whether the command that repeats a run has to say it. */
  readonly replayed?: true;
  /** Written to `.env` only: no output may show its value. */
  readonly secret?: true;
  /** A value as a hint shows it. */
  readonly example?: string;
  /** What is wrong with a value, as the end of a sentence. */
  readonly problem?: (value: never) => string | undefined;
}
