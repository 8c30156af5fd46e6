import { bash, fish, zsh } from './completion-scripts.ts';
import type { Flag, Project } from './completion-scripts.ts';
import { PROJECT_COMMANDS } from './project-commands.ts';
import type { ProjectFlag } from './project-commands.ts';
import { SET_NAMES } from './set-words.ts';
import { adapterNames, choosableFeatures } from '../templates/features.ts';
import type { Feature } from '../templates/features.ts';
import { OPTIONS } from '../options/options.ts';
import type { OptionRow } from '../options/option-row.ts';

type Script = (flags: readonly Flag[], projects: readonly Project[]) => readonly string[];

const SCRIPTS: Readonly<Record<string, Script>> = {
  bash,
  zsh,
  fish,
};

/** The script that makes a shell complete the command line: `bash`, `zsh` or `fish`. */
export function completionScript(shell: string, features: readonly Feature[]): string {
  const rows = OPTIONS as readonly OptionRow[];
  const flags = [...rows.flatMap((option) => flagsOf(option, features)), ...OWN];
  return `${SCRIPTS[shell]!(flags, projectsOf(features)).join('\n')}\n`;
}

function projectsOf(features: readonly Feature[]): readonly Project[] {
  const names = choosableFeatures(features).map((feature) => feature.name);
  const words: Readonly<Record<string, readonly string[]>> = {
    add: names,
    remove: names,
    set: SET_NAMES.map((name) => `${name}=`),
  };
  return PROJECT_COMMANDS.map(({ name, help, flags }) => ({
    name,
    help,
    words: words[name] ?? [],
    flags: [...flags.flatMap((flag) => projectFlags(flag)), OWN[0]!],
  }));
}

function projectFlags({ flag, help, choices }: ProjectFlag): readonly Flag[] {
  const values = choices ?? (flag.includes('<') ? 'file' : 'none');
  return (flag.match(/(?<!\S)--?[a-z-]+/g) ?? []).map((form) => ({ flag: form, help, values }));
}

const OWN: readonly Flag[] = [
  { flag: '--help', help: 'print the help', values: 'none' },
  { flag: '--version', help: 'print the version', values: 'none' },
];

function flagsOf(option: OptionRow, features: readonly Feature[]): readonly Flag[] {
  const names = choosableFeatures(features).map((feature) => feature.name);
  if (option.key === 'withoutFeatures')
    return names.map((name) => ({ flag: `--no-${name}`, help: option.help, values: 'none' }));
  const forms = option.flag.match(/--?[a-z-]+/g) ?? [];
  const values = valuesOf(option, names, features);
  return [...forms, ...(option.negative ? [option.negative] : [])].map((flag) => ({
    flag,
    help: flag === option.negative ? `do not ${option.help}` : option.help,
    values,
  }));
}

function valuesOf(
  option: OptionRow,
  names: readonly string[],
  features: readonly Feature[],
): Flag['values'] {
  const values: Readonly<Record<OptionRow['kind'], Flag['values']>> = {
    switch: 'none',
    text: 'any',
    port: 'any',
    file: 'file',
    list: ['none', ...names],
    choice: option.choices ?? [],
    adapter: adapterNames(features),
  };
  return values[option.kind];
}
