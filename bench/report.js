const COLUMNS = ['row', 'what', 'ours', 'beside', 'ratio', 'of the rounds', 'goal', 'limit', ''];

/** The table of the terminal: medians, least values in brackets, the median of the rounds' ratios. */
export function toTable(results) {
  const lines = [COLUMNS, ...results.map(toCells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toCells({ row, summary, reason }) {
  const goal = goalOf(row);
  if (summary === undefined)
    return [row.id, row.what, '–', '–', '–', '–', goal, limitOf(row), reason];
  const { ours, peer, ratio, lowest, highest, isMet } = summary;
  const isAlone = typeof row.peer === 'number';
  return [
    row.id,
    row.what,
    `${toFigure(ours.median)}${isAlone ? '' : ` (${toFigure(ours.min)})`} ${row.unit}`,
    isAlone ? 'its own goal' : `${row.peer} ${toFigure(peer.median)} (${toFigure(peer.min)})`,
    isAlone ? '' : `${toRatio(ratio)}×`,
    isAlone ? '' : `${toRatio(lowest)}–${toRatio(highest)}`,
    goal,
    limitOf(row),
    isMet ? 'met' : 'MISSED',
  ];
}

const limitOf = ({ limit = '–' }) => limit;

/** What a row is held to. */
export function goalOf({ peer, most, least }) {
  if (typeof peer === 'number') return `≤ ${peer.toLocaleString('en-US')}`;
  return most === undefined ? `≥ ${least}×` : `≤ ${most}×`;
}

/** Three digits that say something. */
export function toFigure(number) {
  const digits = number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return number.toLocaleString('en-US', { maximumFractionDigits: digits });
}

export const toRatio = (ratio) => toFigure(ratio);
