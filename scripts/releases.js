// Holds templates/releases.json against the last published version: every file that it made is still
// there, or the release says where it is now, or that it is gone. Says what is missing and proposes it;
// `--write` adds the proposals, `--releases <file>` looks at another file.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { compareVersions } from '../build/lifecycle/same-version.js';
import { Placement } from '../build/lifecycle/moves.js';
import { releasesAfter } from '../build/lifecycle/releases.js';
import { countLines, similarity } from '../build/lifecycle/similarity.js';
import { TEMPLATES, VERSION } from '../build/package.js';
import { loadFeatures } from '../build/templates/features.js';
import { BASE } from '../build/templates/manifest.js';
import { presentTexts, publishedTexts } from './release-texts.js';

const FIXTURES = join(import.meta.dirname, '../tests/fixtures');
const TARBALL = /^create-chat-backend-(\d.*)\.tgz$/;
// Below it a file is another one, whatever its name.
const LEAST = 0.3;

/** @typedef {import('../src/lifecycle/types.ts').Release} Release */

const { values: flags } = parseArgs({
  options: { write: { type: 'boolean' }, releases: { type: 'string' } },
});
const file = flags.releases ?? join(TEMPLATES, 'releases.json');
const last = newestTarball();
const releases = /** @type {Release[]} */ (JSON.parse(readFileSync(file, 'utf8')));
const open = releasesAfter(last.version, releases);
const placement = new Placement(open);
const before = publishedTexts(last.path);
const after = presentTexts();

const vanished = vanishedPaths();
const problems = [
  ...vanished.map((path) => `${path} is gone, and no release says so`),
  ...faults(),
];
if (flags.write && vanished.length > 0) await write();
else for (const problem of problems) console.error(problem);
if (vanished.length > 0) console.log(JSON.stringify(proposal(), null, 2));
if (problems.length === 0) console.log(`every file of ${last.version} has its place in ${VERSION}`);
else if (!flags.write) process.exitCode = 1;

/** The newest version that was published before this one. */
function newestTarball() {
  const found = readdirSync(FIXTURES)
    .flatMap((name) => TARBALL.exec(name)?.[1] ?? [])
    .filter((version) => compareVersions(version, VERSION) < 0)
    .toSorted(compareVersions);
  const version = /** @type {string} */ (found.at(-1));
  return { version, path: join(FIXTURES, `create-chat-backend-${version}.tgz`) };
}

function vanishedPaths() {
  const gone = new Set(open.flatMap((release) => release.gone ?? []));
  return [...before.keys()]
    .filter((path) => !gone.has(path) && !placement.partsOf(path).some((part) => after.has(part)))
    .toSorted();
}

/** What is said and does not hold. */
function faults() {
  const paths = [...after.keys()];
  const said = open.flatMap(({ moved = {}, split = {} }) => [
    ...Object.values(moved),
    ...Object.values(split).flat(),
  ]);
  const absent = said
    .filter(
      (place) =>
        !paths.some((path) => (place.endsWith('/') ? path.startsWith(place) : path === place)),
    )
    .map((place) => `${place} is where something moved, and is not there`);
  const back = open
    .flatMap((release) => release.gone ?? [])
    .filter((path) => after.has(path))
    .map((path) => `${path} is said to be gone, and is there`);
  const names = new Set([BASE, ...loadFeatures(TEMPLATES).map(({ name }) => name)]);
  const unknown = open
    .flatMap(({ features = {} }) => Object.values(features).flat())
    .filter((name) => !names.has(name))
    .map((name) => `${name} is no feature`);
  return [...absent, ...back, ...unknown, ...unknownSources(), ...meetings(), ...casings()];
}

function unknownSources() {
  const [first] = open;
  if (first === undefined) return [];
  const sources = [...Object.keys({ ...first.moved, ...first.split }), ...(first.gone ?? [])];
  return sources
    .filter(
      (source) =>
        ![...before.keys()].some((path) =>
          source.endsWith('/') ? path.startsWith(source) : path === source,
        ),
    )
    .map((source) => `${source} moved, and was not there in ${last.version}`);
}

/** @param {string} path */
function isSaid(path) {
  return open.some(({ moved = {}, split = {} }) => path in moved || path in split);
}

/** Files that come to one place, and are not said to become one. */
function meetings() {
  /** @type {Map<string, string>} */
  const taken = new Map();
  /** @type {string[]} */
  const found = [];
  for (const path of before.keys())
    for (const part of placement.partsOf(path).filter((place) => after.has(place))) {
      const other = taken.get(part);
      if (other !== undefined && ![other, path].every(isSaid))
        found.push(`${other} and ${path} both come to ${part}`);
      taken.set(part, path);
    }
  return found;
}

/** Paths that some file systems cannot tell apart. */
function casings() {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const lower = names.map((name) => name.toLowerCase());
  return names
    .filter((_, index) => lower.indexOf(/** @type {string} */ (lower[index])) !== index)
    .map((name) => `${name} differs from another path in upper and lower case only`);
}

/** What the release should say of the files that vanished: the most similar new one, or that it is gone. */
function proposal() {
  const taken = new Set([...before.keys()].flatMap((path) => placement.partsOf(path)));
  const free = [...after].filter(([path]) => !before.has(path) && !taken.has(path));
  const candidates = free.map(([path, text]) => ({ path, lines: countLines(text) }));
  const found = vanished.map((path) => {
    const lines = countLines(before.get(path) ?? '');
    const [best] = candidates
      .map((candidate) => ({ to: candidate.path, score: similarity(lines, candidate.lines) }))
      .toSorted((a, b) => b.score - a.score);
    return { path, to: best !== undefined && best.score >= LEAST ? best.to : undefined };
  });
  return {
    version: VERSION,
    moved: Object.fromEntries(
      found.flatMap(({ path, to }) => (to === undefined ? [] : [[path, to]])),
    ),
    gone: found.flatMap(({ path, to }) => (to === undefined ? [path] : [])),
  };
}

async function write() {
  const { moved, gone } = proposal();
  const known = releases.find(({ version }) => version === VERSION) ?? { version: VERSION };
  const next = {
    ...known,
    moved: { ...known.moved, ...moved },
    gone: [...(known.gone ?? []), ...gone],
  };
  const text = JSON.stringify([...releases.filter((release) => release !== known), next]);
  const style = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...style, parser: 'json' }));
}
