/** What every option has. */
interface OptionBase {
  /** Its name in the API, in JSON and in config files. */
  readonly key: string;
  /** Its flag as commander takes it; the directory is the argument. */
  readonly flag: string;
  /** The flag that says no. */
  readonly negative?: string;
  /** `adapter`: none, or a feature whose manifest says that it is an adapter. */
  readonly kind: 'text' | 'file' | 'port' | 'switch' | 'choice' | 'list' | 'adapter';
  readonly choices?: readonly string[];
  /** Words that a switch may be given beside yes and no, tied to it: `--interactive=plain`. */
  readonly words?: readonly string[];
  /** What holds when nobody says anything; without one, the place that uses it decides. */
  readonly default?: string | number | boolean;
  /** Where the help lists it. */
  readonly group: keyof typeof OPTION_GROUPS;
  /** Its line in the help and in the README. */
  readonly help: string;
  /** A few words for --help, where it is essential. */
  readonly brief?: string;
  /** Concerns a terminal: not in the API and not in config files. */
  readonly commandLineOnly?: true;
  /** Written to `.env` only: no output may show its value. */
  readonly secret?: true;
  /** A value as a hint shows it. */
  readonly example?: string;
  /** What is wrong with a value, as the end of a sentence. */
  readonly problem?: (value: never) => string | undefined;
  /** What the JSON schema says of a value beside its type. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** What a person at a terminal is asked, or why nobody is. */
type Asked =
  | { readonly question: string; readonly unasked?: never }
  | { readonly question?: never; readonly unasked: string };

/** Whether the command that repeats a run has to say it, or why not. */
type Replayed =
  | { readonly replayed: true; readonly unreplayed?: never }
  | { readonly replayed?: never; readonly unreplayed: string };

/** One option: what it is, what is asked for it, and whether it is replayed. */
export type OptionRow = OptionBase & Asked & Replayed;

/** The headings of the options in the help. */
export const OPTION_GROUPS = {
  project: 'The project:',
  steps: 'What happens:',
  command: 'The command:',
} as const;
