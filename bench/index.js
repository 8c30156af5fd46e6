import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareBackend } from './backend.js';
import { answers } from './measures/answers.js';
import { commands } from './measures/commands.js';
import { connections } from './measures/connections.js';
import { features } from './measures/features.js';
import { growth } from './measures/growth.js';
import { history } from './measures/history.js';
import { lists } from './measures/lists.js';
import { largeRoom, messages } from './measures/messages.js';
import { hasRedis, nodes } from './measures/nodes.js';
import { npx } from './measures/npx.js';
import { lifecycle } from './measures/lifecycle.js';
import { hasTerminal, question } from './measures/question.js';
import { tree } from './measures/tree.js';
import { toPicture } from './picture.js';
import { toReadme } from './readme.js';
import { toTable } from './report.js';
import { keyOf, ROWS } from './rows.js';
import { summarise } from './statistics.js';

// `npm run bench`: every goal of speed beside its peer, measured in one run. Exits with 1 when one is
// missed. A run of all rows writes the table and the picture of the README.
const README = join(import.meta.dirname, '../README.md');
const PICTURE = join(import.meta.dirname, '../docs/bench.svg');
const WITH_BACKEND = [
  messages,
  largeRoom,
  answers,
  connections,
  history,
  lists,
  nodes,
  growth,
  features,
  tree,
];
const ALONE = [commands, lifecycle, npx, question];
const NEEDS = new Map([
  [nodes, { isThere: hasRedis, missing: 'no redis-server here' }],
  [question, { isThere: hasTerminal, missing: 'no script(1) here' }],
]);

const say = (line) => void process.stderr.write(`${line}\n`);
const wanted = chooseRows();
process.exitCode = await main();

function chooseRows() {
  const { rows } = parseArgs({ options: { rows: { type: 'string' } } }).values;
  const all = new Set(ROWS.map(({ id }) => id));
  if (rows === undefined) return all;
  const chosen = new Set(rows.split(',').map((id) => id.trim().toUpperCase()));
  for (const id of chosen) if (!all.has(id)) throw new Error(`--rows: there is no row ${id}`);
  return chosen;
}

async function main() {
  const begin = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const values = {};
  const reasons = new Map();
  const skip = (rows, reason) => rows.forEach((id) => reasons.set(id, reason));
  let backend;
  try {
    for (const measure of [...ALONE, ...WITH_BACKEND]) {
      if (!measure.rows.some((id) => wanted.has(id))) continue;
      const need = NEEDS.get(measure);
      if (need !== undefined && !(await need.isThere())) {
        skip(measure.rows, need.missing);
        continue;
      }
      if (WITH_BACKEND.includes(measure)) backend ??= await prepareBackend(folder, say);
      say(`measuring ${measure.rows.filter((id) => wanted.has(id)).join(', ')}`);
      Object.assign(values, await measure.run(backend, { wanted, skip }));
    }
  } finally {
    await backend?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return conclude(values, reasons, Math.round((performance.now() - begin) / 1_000));
}

/** What is not measured is not met. */
async function conclude(values, reasons, seconds) {
  const results = ROWS.filter(({ id }) => wanted.has(id)).map((row) => {
    const measured = values[keyOf(row)];
    return measured === undefined
      ? { row, reason: reasons.get(row.id) ?? 'not measured' }
      : { row, summary: summarise(row, measured) };
  });
  console.log(toTable(results));
  const machine = `${cpus().length} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  const missed = results.filter(({ summary }) => !summary?.isMet);
  console.log(
    `\n${results.length - missed.length} of ${results.length} met; ${machine}; ${seconds} s`,
  );
  if (results.length === ROWS.length) {
    await writeFile(PICTURE, toPicture(results, machine));
    await writeFile(README, await toReadme(README, results, { machine, seconds }));
  }
  return missed.length === 0 ? 0 : 1;
}
