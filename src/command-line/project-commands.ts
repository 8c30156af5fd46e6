import type { LifecycleCommand } from '../result.ts';

/** An option of commands for a project. */
export interface ProjectFlag {
  /** As it is typed and shown: `--base <place>`. */
  readonly flag: string;
  readonly help: string;
  /** The words of which its value is one. */
  readonly choices?: readonly string[];
}

/** A command for a project that is there. */
export interface ProjectCommand {
  readonly name: LifecycleCommand;
  /** What follows it, as help shows it; empty for nothing. */
  readonly words: string;
  readonly help: string;
  readonly flags: readonly ProjectFlag[];
}

const DRY_RUN = { flag: '--dry-run', help: 'say what would change, write nothing' };
const DIFF = { flag: '--diff', help: 'show a unified diff of every change' };
const ON_CONFLICT = {
  flag: '--on-conflict <policy>',
  choices: ['markers', 'stop'],
  help: 'where changes of yours and of the template meet: leave markers, or write nothing',
};
const BASE = {
  flag: '--base <place>',
  help: 'what the project was made from: a directory, or a packed version of this package',
};
const ALLOW_DIRTY = { flag: '--allow-dirty', help: 'change files that are not committed, too' };
const NO_INSTALL = { flag: '--no-install', help: 'do not install when dependencies have changed' };
const CHECK = { flag: '--check', help: 'write nothing; exit with 8 when there is work' };
const ONLINE = { flag: '--online', help: 'ask the registry for newer versions, too' };

/** What every one of them takes. */
const COMMON: readonly ProjectFlag[] = [
  { flag: '--json', help: 'print the result as one JSON object' },
  { flag: '-q, --quiet', help: 'print errors only' },
  { flag: '--debug', help: 'print every command that is run, and the stack of an error' },
];
const CHANGING = [DRY_RUN, DIFF, ON_CONFLICT, BASE, ALLOW_DIRTY, NO_INSTALL, ...COMMON];

/** Every command for a project: parsing, help and completion derive from it. */
export const PROJECT_COMMANDS: readonly ProjectCommand[] = [
  {
    name: 'add',
    words: '<feature...>',
    help: 'add features to a project; what you have edited is kept',
    flags: CHANGING,
  },
  {
    name: 'remove',
    words: '<feature...>',
    help: 'remove features; files that you have edited stay',
    flags: CHANGING,
  },
  {
    name: 'set',
    words: '<answer=value...>',
    help: 'change answers of a project, such as port=4000 or adapter=redis',
    flags: CHANGING,
  },
  {
    name: 'update',
    words: '',
    help: 'bring a project to this version; what you have edited is kept',
    flags: [...CHANGING.slice(0, 2), CHECK, ...CHANGING.slice(2)],
  },
  {
    name: 'status',
    words: '',
    help: 'say what a project has, and which files are not as they were made',
    flags: [BASE, ...COMMON],
  },
  {
    name: 'diff',
    words: '[path...]',
    help: 'print how files differ from what was made, as a patch',
    flags: [BASE, ...COMMON],
  },
  {
    name: 'undo',
    words: '',
    help: 'take back a run that was killed, or that left conflicts',
    flags: COMMON,
  },
  {
    name: 'doctor',
    words: '',
    help: 'look for what keeps a project from running',
    flags: [ONLINE, ...COMMON],
  },
];

/** The command of that name, if it is one. */
export function projectCommandOf(word: string | undefined): ProjectCommand | undefined {
  return PROJECT_COMMANDS.find(({ name }) => name === word);
}
