/** A command that prints something, beside the one that creates. */
export interface PrintingCommand {
  readonly name: string;
  /** The words of which it takes one. */
  readonly choices: readonly string[];
  /** What holds without a word; without it, a word has to be there. */
  readonly default?: string;
  readonly help: string;
}

/** Every command but that of creating: parsing, help, README and completion derive from it. */
export const COMMANDS = [
  {
    name: 'schema',
    choices: ['preset', 'result', 'lifecycle'],
    default: 'preset',
    help: 'print a JSON schema: of preset files, or of what --json prints',
  },
  {
    name: 'completion',
    choices: ['bash', 'zsh', 'fish'],
    help: 'print what makes a shell complete the words of this command',
  },
  {
    name: 'help',
    choices: ['essentials', 'options', 'features', 'all'],
    default: 'essentials',
    help: 'print a page of the help',
  },
] as const satisfies readonly PrintingCommand[];

/** The name of a command that prints. */
export type CommandName = (typeof COMMANDS)[number]['name'];
