import type { OptionRow } from '../../src/options/option-row.ts';
import { OPTIONS } from '../../src/options/options.ts';

// A list of adapters would have to change with every feature.
const KINDS: Readonly<Record<OptionRow['kind'], string>> = {
  text: 'text',
  file: 'file',
  port: 'port',
  switch: 'switch',
  choice: 'choice',
  list: 'list',
  adapter: '`none` or an adapter',
};

/** The table of options as the README has it. */
export function optionsTable(): string {
  const rows = (OPTIONS as readonly OptionRow[]).map((option) => [
    `\`${[option.flag, option.negative].filter(Boolean).join('`, `')}\``,
    option.commandLineOnly ? '' : `\`${option.key}\``,
    option.choices?.map((choice) => `\`${choice}\``).join(', ') ?? KINDS[option.kind],
    option.default === undefined || option.default === '' ? '' : `\`${option.default}\``,
    option.help,
  ]);
  const table = [['flag', 'API, preset file', 'value', 'default', ''], ...rows];
  const widths = table[0]!.map((_, column) =>
    Math.max(3, ...table.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}
