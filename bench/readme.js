import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { toFigure, toRatio } from './report.js';
import { keyOf } from './rows.js';

const BEGIN = '<!-- speed: written by `npm run bench` -->\n';
const END = '<!-- end of speed -->\n';
const UNITS = {
  'us CPU': 'us',
  'us mongod': 'us',
  'ms CPU': 'ms',
  'KiB heap': 'KiB',
  ms: 'ms',
  '/s': '/s',
};
const SIZES = ['2', '10', '200'];
const inSizes = (row) => SIZES.map((size) => `${row}.${size}`);

// What the README says, for those who have read nothing else: what, beside what, the rows of a line.
const LINES = [
  [
    'processor time of a stored, fanned-out message, rooms of 2 · 10 · 200',
    'bare Socket.IO, no database',
    ['B1', 'B2', 'B3'],
  ],
  ['the same, one room of 1,000', 'bare Socket.IO, no database', ['B12']],
  ['the same, rooms of 2 · 10 · 200', 'Centrifugo 6, history in memory', inSizes('B14')],
  [
    'acknowledged messages a second, rooms of 2 · 10 · 200',
    "the tutorials' chat, same database",
    inSizes('B4'),
  ],
  ['the same', 'feathers-chat 5, same database', inSizes('B15')],
  ["the database's processor time of a message, rooms of 2", "the tutorials' chat", ['B11']],
  [
    'an answer at 100 messages a second · at a tenth of the load, p50',
    'a majority `insertOne`, as often',
    ['B5', 'B5.tenth'],
  ],
  ['a page of 50 of a history of 100,000', 'the same `find`, no HTTP', ['B7']],
  ['a notice on another node, p50', 'on the same node', ['B9']],
  ['a message in 100 · 1,000 conversations', 'in 10 of them', ['B10.100', 'B10.1000']],
  ['heap of one of 5,000 idle connections, signed in and in 5 rooms', 'bare Socket.IO', ['B6']],
  [
    'connects a second, each until all that it reads has been read',
    'bare Socket.IO, nothing read',
    ['B8'],
  ],
  ['a project of everything, without installing', 'create-vite', ['G1']],
  ['`--help` · cold `npx` · first question', 'create-vite', ['G3.help', 'G4', 'G5']],
];

/** The README with what this run has measured, where the marks are. */
export async function toReadme(path, results, { machine, seconds }) {
  const readme = await readFile(path, 'utf8');
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('README.md has no place for what was measured');
  const met = results.filter(({ summary }) => summary?.isMet).length;
  const run = `One run of ${Math.round(seconds / 60)} minutes on ${machine}: ${met} of ${results.length} goals met.`;
  const table = toMarkdown(new Map(results.map((result) => [keyOf(result.row), result])));
  const before = readme.slice(0, begin + BEGIN.length);
  const whole = `${before}\n${run}\n\n${table}\n\n${readme.slice(end)}`;
  return format(whole, { ...(await resolveConfig(path)), filepath: path });
}

function toMarkdown(results) {
  const lines = LINES.map(([what, beside, keys]) => {
    const [ours, ...rest] = toCells(keys.map((key) => results.get(key)));
    return [what, ours, beside, ...rest];
  });
  const head = ['what', 'ours', 'beside', 'ratio', 'goal'];
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The rows of a line have one unit and one direction. */
function toCells(results) {
  const join = (of) => results.map(of).join(' · ');
  const [{ row }] = results;
  const goals = join((result) => String(result.row.most ?? result.row.least));
  return [
    `${join(({ summary }) => (summary ? toFigure(summary.ours.median) : '–'))} ${UNITS[row.unit]}`,
    join(({ summary }) => (summary ? toRatio(summary.ratio) : '–')),
    `${row.most === undefined ? '≥' : '≤'} ${goals}`,
  ];
}
