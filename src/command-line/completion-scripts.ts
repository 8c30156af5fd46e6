import { COMMANDS } from './commands.ts';
import type { PrintingCommand } from './commands.ts';
import { NAME } from '../package.ts';
import { quote } from '../options/replay.ts';

/** One flag, as a shell completes it. */
export interface Flag {
  readonly flag: string;
  readonly help: string;
  /** What may follow it: nothing, a file, anything, or one of these. */
  readonly values: 'none' | 'file' | 'any' | readonly string[];
}

/** A command for a project that is there, as a shell completes it. */
export interface Project {
  readonly name: string;
  readonly help: string;
  /** What may follow it, again and again; a path where there is none. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
}

const commands: readonly PrintingCommand[] = COMMANDS;

/** For bash. Where nothing is offered, readline goes on with the names of files. */
export function bash(flags: readonly Flag[], projects: readonly Project[]): readonly string[] {
  const names = [...projects, ...commands].map(({ name }) => name);
  return [
    `# eval "$(${NAME} completion bash)"`,
    '_create_chat_backend() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}',
    '  # bash takes --flag=value apart.',
    '  [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD-2]}',
    '  [ "$word" = = ] && word=',
    '  COMPREPLY=()',
    '  [ "$COMP_CWORD" -gt 1 ] && case ${COMP_WORDS[1]} in',
    ...projects.map((project) => `    ${project.name}) ${bashProject(project)}; return ;;`),
    '  esac',
    '  case $before in',
    ...flags.flatMap((flag) => bashValue(flag)).map((line) => `    ${line} return ;;`),
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

/** What bash does in the words behind the name of a command for a project. */
function bashProject({ words, flags }: Project): string {
  const values = flags.flatMap((flag) => bashValue(flag)).map((line) => `${line} return ;;`);
  const offered = offer(flags.map(({ flag }) => flag));
  const rest = words.length === 0 ? ':' : offer(words);
  const ofFlags = values.length === 0 ? '' : `case $before in ${values.join(' ')} esac; `;
  return `${ofFlags}case $word in -*) ${offered} ;; *) ${rest} ;; esac`;
}

function bashValue({ flag, values }: Flag): readonly string[] {
  if (values === 'none') return [];
  return [`${flag}) ${typeof values === 'string' ? '' : `${offer(values)}; `}`.trimEnd()];
}

function offer(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$word"))`;
}

/** For zsh, after `compinit`. */
export function zsh(flags: readonly Flag[], projects: readonly Project[]): readonly string[] {
  const starts = [...projects, ...commands];
  return [
    `# eval "$(${NAME} completion zsh)"`,
    '_create_chat_backend_start() {',
    '  local -a commands',
    `  commands=(${starts.map(({ name, help }) => quote(`${name}:${help}`)).join(' ')})`,
    '  _describe -t commands command commands',
    '  _directories',
    '}',
    '_create_chat_backend() {',
    '  if (( CURRENT > 2 )); then',
    '    case $words[2] in',
    ...projects.map((project) => `      ${project.name}) ${zshProject(project)}; return ;;`),
    '    esac',
    '  fi',
    '  if (( CURRENT == 3 )); then',
    '    case $words[2] in',
    ...commands.map(
      ({ name, choices }) => `      ${name}) compadd -- ${choices.join(' ')}; return ;;`,
    ),
    '    esac',
    '  fi',
    '  _arguments \\',
    ...flags.map((flag) => `    ${quote(zshSpec(flag))} \\`),
    "    '1:directory:_create_chat_backend_start'",
    '}',
    `compdef _create_chat_backend ${NAME}`,
  ];
}

function zshProject({ words, flags }: Project): string {
  const rest = words.length === 0 ? '_files' : `(${words.join(' ')})`;
  const specs = [...flags.map((flag) => zshSpec(flag)), `*:word:${rest}`];
  // The name of the command is no word of its own to complete.
  return `shift words; (( CURRENT-- )); _arguments ${specs.map((spec) => quote(spec)).join(' ')}`;
}

function zshSpec({ flag, help, values }: Flag): string {
  const text = help.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  if (values === 'none') return `${flag}[${text}]`;
  const kinds = { file: 'file:_files', any: 'value: ' };
  const value = typeof values === 'string' ? kinds[values] : `value:(${values.join(' ')})`;
  return `${flag}=[${text}]:${value}`;
}

/** For fish. */
export function fish(flags: readonly Flag[], projects: readonly Project[]): readonly string[] {
  const complete = `complete -c ${NAME}`;
  const names = projects.map(({ name }) => name).join(' ');
  const toCreate = `${complete} -n 'not __fish_seen_subcommand_from ${names}'`;
  return [
    `# ${NAME} completion fish | source`,
    `${complete} -f -n __fish_use_subcommand -a '(__fish_complete_directories)'`,
    ...commands.flatMap(({ name, help, choices }) => [
      `${complete} -n __fish_use_subcommand -a ${name} -d ${quote(help)}`,
      `${complete} -f -n '__fish_seen_subcommand_from ${name}' -a ${quote(choices.join(' '))}`,
    ]),
    ...projects.flatMap(({ name, help, words, flags: own }) => {
      const behind = `${complete} -n '__fish_seen_subcommand_from ${name}'`;
      return [
        `${complete} -n __fish_use_subcommand -a ${name} -d ${quote(help)}`,
        ...(words.length === 0 ? [] : [`${behind} -f -a ${quote(words.join(' '))}`]),
        ...own.map((flag) => fishFlag(behind, flag)),
      ];
    }),
    ...flags.map((flag) => fishFlag(toCreate, flag)),
  ];
}

function fishFlag(complete: string, { flag, help, values }: Flag): string {
  const kinds = { none: '', file: ' -r -F', any: ' -x' };
  const value = typeof values === 'string' ? kinds[values] : ` -x -a ${quote(values.join(' '))}`;
  const form = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
  return `${complete} ${form}${value} -d ${quote(help)}`;
}
