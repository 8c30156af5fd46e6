import { format } from 'prettier';
import { goalOf, toFigure, toRatio } from './report.js';
import { keyOf } from './rows.js';

const BEGIN = '<!-- speed: written by `npm run bench` -->\n';
const END = '<!-- end of speed -->\n';
const SIZES = ['2', '10', '200'];
const inSizes = (row) => SIZES.map((size) => `${row}.${size}`);

// What the README says, in words for those who have read nothing else, and the rows that a line is of.
const LINES = [
  ['processor time of a stored, fanned-out message, rooms of 2 · 10 · 200', ['B1', 'B2', 'B3']],
  ['the same, one room of 1,000', ['B12']],
  [
    'the same beside a broker in Go with a history in memory, rooms of 2 · 10 · 200',
    inSizes('B14'),
  ],
  ['acknowledged messages a second, rooms of 2 · 10 · 200', inSizes('B4')],
  ['the same beside feathers-chat 5 on the same database', inSizes('B15')],
  ["the database's processor time of a message, rooms of 2", ['B11']],
  ['an answer at 100 messages a second · a tenth of the load, p50', ['B5', 'B5.tenth']],
  ['a page of 50 of a history of 100,000', ['B7']],
  ['a notice on another node, p50', ['B9']],
  ['a message in 100 · 1,000 conversations', ['B10.100', 'B10.1000']],
  ['heap of one of 5,000 idle connections, signed in and in 5 rooms', ['B6']],
  ['connects a second, each until all that it reads has been read', ['B8']],
  ['a project of everything, without installing', ['G1']],
  ['`--help` · cold `npx` · first question', ['G3.help', 'G4', 'G5']],
];

/** The README with what this run has measured, where the marks are. */
export async function toReadme(readme, results, { machine, seconds }) {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('README.md has no place for what was measured');
  const met = results.filter(({ summary }) => summary?.isMet).length;
  const run = `One run of ${Math.round(seconds / 60)} minutes on ${machine}: ${met} of ${results.length} goals met.`;
  const table = toMarkdown(new Map(results.map((result) => [keyOf(result.row), result])));
  const before = readme.slice(0, begin + BEGIN.length);
  const whole = `${before}\n${run}\n\n${table}\n\n${readme.slice(end)}`;
  return format(whole, { parser: 'markdown' });
}

function toMarkdown(results) {
  const lines = LINES.map(([what, keys]) => {
    const rows = keys.map((key) => results.get(key));
    return [what, ...toCells(rows)];
  });
  const head = ['what', 'ours', 'beside', 'ratio', 'goal'];
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The rows of a line have one unit and one bound, or say each of their own. */
function toCells(results) {
  const join = (of, between = ' · ') => results.map(of).join(between);
  const bounds = new Set(results.map(({ row }) => (row.most === undefined ? '≥' : '≤')));
  const goals = join(({ row }) =>
    goalOf(row)
      .replace(/^[≤≥] /, '')
      .replace('×', ''),
  );
  return [
    `${join(({ summary }) => (summary ? toFigure(summary.ours.median) : '–'))} ${unitOf(results)}`,
    [...new Set(results.map(({ row }) => row.peer))].join(', '),
    join(({ summary }) => (summary ? toRatio(summary.ratio) : '–')),
    `${[...bounds].join('/')} ${goals}`,
  ];
}

const unitOf = (results) =>
  [...new Set(results.map(({ row }) => row.unit.replace(/ (?:CPU|heap|mongod)$/, '')))].join(', ');
