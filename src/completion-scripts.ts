import { COMMANDS } from './commands.ts';
import type { PrintingCommand } from './commands.ts';
import { quote } from './replay.ts';

/** One flag, as a shell completes it. */
export interface Flag {
  readonly flag: string;
  readonly help: string;
  /** What may follow it: nothing, a file, anything, or one of these. */
  readonly values: 'none' | 'file' | 'any' | readonly string[];
}

const NAME = 'create-chat-backend';
const commands: readonly PrintingCommand[] = COMMANDS;
const names = commands.map((command) => command.name);

/** For bash. Where nothing is offered, readline goes on with the names of files. */
export function bash(flags: readonly Flag[]): readonly string[] {
  const cases = flags.flatMap(({ flag, values }) => {
    if (values === 'none') return [];
    return [`    ${flag}) ${typeof values === 'string' ? '' : `${offer(values)}; `}return ;;`];
  });
  return [
    `# eval "$(${NAME} completion bash)"`,
    '_create_chat_backend() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}',
    '  # bash takes --flag=value apart.',
    '  [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}',
    '  [ "$word" = = ] && word=',
    '  COMPREPLY=()',
    '  case $before in',
    ...cases,
    ...commands.map(({ name, choices }) => `    ${name}) ${offer(choices)}; return ;;`),
    '  esac',
    '  case $word in',
    `    -*) ${offer(flags.map(({ flag }) => flag))} ;;`,
    `    *) [ "$COMP_CWORD" = 1 ] && ${offer(names)} ;;`,
    '  esac',
    '}',
    `complete -o default -F _create_chat_backend ${NAME}`,
  ];
}

function offer(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$word"))`;
}

/** For zsh, after `compinit`. */
export function zsh(flags: readonly Flag[]): readonly string[] {
  const specs = flags.map(({ flag, help, values }) => {
    const text = help.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
    if (values === 'none') return `${flag}[${text}]`;
    const kinds = { file: 'file:_files', any: 'value: ' };
    const value = typeof values === 'string' ? kinds[values] : `value:(${values.join(' ')})`;
    return `${flag}=[${text}]:${value}`;
  });
  return [
    `# eval "$(${NAME} completion zsh)"`,
    '_create_chat_backend_start() {',
    '  local -a commands',
    `  commands=(${commands.map(({ name, help }) => quote(`${name}:${help}`)).join(' ')})`,
    '  _describe -t commands command commands',
    '  _directories',
    '}',
    '_create_chat_backend() {',
    '  if (( CURRENT == 3 )); then',
    '    case $words[2] in',
    ...commands.map(
      ({ name, choices }) => `      ${name}) compadd -- ${choices.join(' ')}; return ;;`,
    ),
    '    esac',
    '  fi',
    '  _arguments \\',
    ...specs.map((spec) => `    ${quote(spec)} \\`),
    "    '1:directory:_create_chat_backend_start'",
    '}',
    `compdef _create_chat_backend ${NAME}`,
  ];
}

/** For fish. */
export function fish(flags: readonly Flag[]): readonly string[] {
  const complete = `complete -c ${NAME}`;
  return [
    `# ${NAME} completion fish | source`,
    `${complete} -f -n __fish_use_subcommand -a '(__fish_complete_directories)'`,
    ...commands.flatMap(({ name, help, choices }) => [
      `${complete} -n __fish_use_subcommand -a ${name} -d ${quote(help)}`,
      `${complete} -f -n '__fish_seen_subcommand_from ${name}' -a ${quote(choices.join(' '))}`,
    ]),
    ...flags.map(({ flag, help, values }) => {
      const kinds = { none: '', file: ' -r -F', any: ' -x' };
      const value =
        typeof values === 'string' ? kinds[values] : ` -x -a ${quote(values.join(' '))}`;
      const form = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
      return `${complete} ${form}${value} -d ${quote(help)}`;
    }),
  ];
}
