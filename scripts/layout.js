// Measures what there is to read in a generated project, and fails where it grows: each figure has a
// goal and a ceiling, which comes down with the figure until it is at the goal.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const TEMPLATES = join(import.meta.dirname, '../templates');
const FUNCTION_LINES = 40;

/** @typedef {{ path: string, text: string, lines: number }} Source */

/**
 * The sources of a preset, with their paths in a project.
 * @param {string} preset
 * @returns {Source[]}
 */
function sourcesOf(preset) {
  const features = readdirSync(TEMPLATES).filter((name) => {
    const manifest = join(TEMPLATES, name, 'feature.json');
    return (
      existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).presets?.includes(preset)
    );
  });
  return features.flatMap((name) => {
    const root = join(TEMPLATES, name, 'files');
    if (!existsSync(join(root, 'src'))) return [];
    return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ts(\.ejs)?$/.test(entry.name))
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const text = readFileSync(file, 'utf8');
        return {
          path: relative(root, file).replace(/\.ejs$/, ''),
          text,
          lines: text.trimEnd().split('\n').length,
        };
      });
  });
}

/**
 * @param {readonly Source[]} sources
 */
const sum = (sources) => ({
  files: sources.length,
  lines: sources.reduce((total, { lines }) => total + lines, 0),
});

/**
 * Functions by their number of lines, the longest first.
 * @param {readonly Source[]} sources
 */
function functionsOf(sources) {
  /** @type {{ where: string, lines: number }[]} */
  const found = [];
  for (const { path, text } of sources) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const lineOf = (/** @type {number} */ at) => file.getLineAndCharacterOfPosition(at).line;
    /** @param {ts.Node} node */
    const visit = (node) => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const start = lineOf(node.getStart());
        found.push({ where: `${path}:${start + 1}`, lines: lineOf(node.end) - start + 1 });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found.toSorted((a, b) => b.lines - a.lines);
}

/** The lines of what the README of a project calls fifteen minutes, which has these files only. */
function tourLines() {
  const root = join(TEMPLATES, 'base/files');
  const readme = readFileSync(join(root, 'README.md.ejs'), 'utf8');
  const [, tour = ''] = /^## Read it in fifteen minutes\n([^]*?)^Only if/m.exec(readme) ?? [];
  const paths = [...tour.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, path]) => join(root, path));
  if (paths.length < 9) throw new Error('the README names no tour');
  return paths.reduce((all, path) => all + readFileSync(path, 'utf8').split('\n').length - 1, 0);
}

const isPlatform = (/** @type {Source} */ { path }) => path.startsWith('src/platform/');

/** What an owner edits, and what they trust. */
const measure = (/** @type {string} */ preset) => {
  const sources = sourcesOf(preset);
  return {
    sources,
    product: sum(sources.filter((source) => !isPlatform(source))),
    platform: sum(sources.filter(isPlatform)),
  };
};
const [minimal, standard, full] = ['minimal', 'standard', 'full'].map(measure);
const [longestFile] = full.sources.toSorted((a, b) => b.lines - a.lines);
const functions = functionsOf(full.sources);
const long = functions.filter(({ lines }) => lines > FUNCTION_LINES);

/** @type {[what: string, figure: number, goal: number, ceiling: number][]} */
const rows = [
  // Features join messages by one seam (0109, 0110), and what alerts is chosen in the core (0112).
  ['minimal, product, files', minimal.product.files, 50, 101],
  // Rights that are known for a minute are known in two parts, and learnt at connects: 0105.
  ['minimal, product, lines', minimal.product.lines, 4_300, 8_000],
  ['minimal, platform, files', minimal.platform.files, 42, 66],
  // State as classes says what it holds and takes: some lines more than in closures, in fewer files.
  // Sixty more write the frames of a room past the engine (0104), thirty tokens without a library (0106);
  // changes come in kinds and batches, so that no feature needs a log of its own. Thirty end what a node
  // left open when it died (F30), and ask features whether a repeat is one (0119); ten let bodies that are no
  // JSON past the reader of JSON, which then ends slow ones itself (0114).
  ['minimal, platform, lines', minimal.platform.lines, 3_700, 5_790],
  ['standard, product, lines', standard.product.lines, Infinity, Infinity],
  ['full, product, lines', full.product.lines, Infinity, Infinity],
  ['lines of the tour', tourLines(), 900, 900],
  [`longest file (${longestFile.path})`, longestFile.lines, 250, 250],
  [`longest function (${functions[0].where})`, functions[0].lines, FUNCTION_LINES, FUNCTION_LINES],
  [`functions above ${FUNCTION_LINES} lines`, long.length, 0, 0],
];
for (const [what, figure, goal, ceiling] of rows) {
  const aim = goal === Infinity ? '' : figure <= goal ? 'at the goal' : `goal ${goal}`;
  console.log(`${String(figure).padStart(6)}  ${what}${aim === '' ? '' : `: ${aim}`}`);
  if (figure > ceiling) {
    console.error(`        above ${ceiling}: split it, move it, or say why in scripts/layout.js`);
    process.exitCode = 1;
  }
}
if (process.argv.includes('--functions'))
  for (const { where, lines } of long) console.log(`${String(lines).padStart(6)}  ${where}`);
