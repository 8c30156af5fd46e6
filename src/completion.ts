import { bash, fish, zsh } from './completion-scripts.ts';
import type { Flag } from './completion-scripts.ts';
import { adapterNames, choosableFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { OPTIONS } from './options.ts';
import type { OptionRow } from './option-row.ts';

const SCRIPTS: Readonly<Record<string, (flags: readonly Flag[]) => readonly string[]>> = {
  bash,
  zsh,
  fish,
};

/** The script that makes a shell complete the command line: `bash`, `zsh` or `fish`. */
export function completionScript(shell: string, features: readonly Feature[]): string {
  const rows = OPTIONS as readonly OptionRow[];
  const flags = [...rows.flatMap((option) => flagsOf(option, features)), ...OWN];
  return `${SCRIPTS[shell]!(flags).join('\n')}\n`;
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
