import { goalOf, toFigure, toRatio } from './report.js';

const WIDTH = 1010;
const LINE = 26;
const TOP = 64;
const LEFT = 330; // where the bars begin
const GOAL = 270; // how long the bar of a goal that is just met is
const LONGEST = 360;

/** An SVG of how much of each goal is used: what ends left of the line is better than its goal. */
export function toPicture(results, machine) {
  const measured = results.filter(({ summary }) => summary !== undefined);
  const height = TOP + measured.length * LINE + 24;
  const goal = LEFT + GOAL;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="How much of each goal is used">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1f2937}.s{font-size:12px;fill:#4b5563}.m{fill:#15803d}.x{fill:#b91c1c}</style>',
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#f9fafb"/>`,
    text(16, 26, 'How much of each goal is used (shorter is better, the line is the goal)'),
    text(16, 46, machine, 's'),
    ...measured.flatMap(toBar),
    `<path d="M${goal} ${TOP - 6}V${height - 18}" stroke="#1f2937" stroke-dasharray="4 3"/>`,
    '</svg>\n',
  ].join('\n');
}

function toBar({ row, summary: { ratio, ours, isMet } }, index) {
  const y = TOP + index * LINE;
  const isAlone = typeof row.peer === 'number';
  const used = row.most === undefined ? row.least / ratio : ratio / row.most;
  const length = Math.max(2, Math.min(LONGEST, used * GOAL));
  const figure = isAlone ? toFigure(ours.median) : `${toRatio(ratio)}× ${row.peer}`;
  const beside = isAlone ? '' : `, ${toFigure(ours.median)} ${row.unit}`;
  return [
    text(16, y + 14, `${row.id}  ${row.what}`),
    `<rect class="${isMet ? 'm' : 'x'}" x="${LEFT}" y="${y + 3}" width="${length.toFixed(1)}" height="14" rx="2"/>`,
    text(LEFT + Math.max(length, GOAL) + 8, y + 14, `${figure}${beside} (${goalOf(row)})`, 's'),
  ];
}

const text = (x, y, words, kind = '') =>
  `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
