// Makes dist/, which is what is published, from build/, which is what tsc makes of src/: one file with
// all that a question needs, one each for what reads a command line, for what makes a project, and for
// the packages that are needed later or never, the templates in two files, the types, and the licences
// of the packages.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import * as api from '../build/index.js';
import { packFeatures } from '../build/templates/pack.js';
import { TEMPLATES } from '../build/package.js';
import { readFeatures } from '../build/templates/read-features.js';
import { compiledHosts } from './compiled-hosts.js';
import { licencesOf, packageFolder } from './licences.js';

const ROOT = join(import.meta.dirname, '..');
const BUILD = join(ROOT, 'build');
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
const features = readFeatures(TEMPLATES);
const modules = await bundle();
writeFileSync(
  join(DIST, 'index.js'),
  `export { ${Object.keys(api).join(', ')} } from './library.cjs';\n`,
);
writePack();
copyTypes('index');
writeFileSync(join(DIST, 'THIRD-PARTY-LICENCES.txt'), licencesOf(modules));

/**
 * CommonJS, because it starts sooner: an import statement for a module of Node reads every property
 * of it, and some of these load others. Returns the paths of the modules that are in the bundle.
 */
async function bundle() {
  const build = await rolldown({
    input: { published: join(BUILD, 'published.js') },
    platform: 'node',
    // The order of modules is that of their paths: a copy whose node_modules is a link has the same.
    resolve: { symlinks: false },
    // What questions share with the rest stays in the one file that is loaded anyway.
    preserveEntrySignatures: 'allow-extension',
    plugins: [replacedModules(), lateBuiltins()],
    experimental: { attachDebugInfo: 'none' },
  });
  const { output } = await build.write({
    dir: DIST,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: ({ moduleIds }) => `${chunkName(moduleIds.at(-1))}.cjs`,
    // The names and lines of a stack stay readable; what is said about them stays in the sources.
    comments: { jsdoc: false, annotation: false, legal: true },
    minify: { mangle: { keepNames: true }, codegen: { removeWhitespace: false } },
  });
  await build.close();
  return output.flatMap((chunk) => chunk.moduleIds ?? []);
}

/** What is loaded later is called after its package, or after its file where it is ours. */
function chunkName(id) {
  if (id === join(BUILD, 'index.js')) return 'library';
  return basename(packageFolder(id) ?? id, '.js');
}

/** What the published program has ready, or never uses. */
function replacedModules() {
  const replacements = {
    'build/templates/read-features.js': "export { readFeatures } from './packed-features.js';",
    'build/plan/compile-host.js': compiledHosts(features),
    'build/lifecycle/releases-file.js':
      "import { join } from 'node:path';\n" +
      "export const RELEASES_FILE = join(import.meta.dirname, 'releases.json');\n",
    // Every Chalk is made with its level.
    'chalk/source/vendor/supports-color/index.js':
      'export default { stdout: false, stderr: false };',
  };
  const left = new Set(Object.keys(replacements));
  return {
    name: 'replaced-modules',
    load(id) {
      const replaced = Object.keys(replacements).find((end) => slashed(id).endsWith(`/${end}`));
      left.delete(replaced);
      return replacements[replaced];
    },
    buildEnd() {
      if (left.size > 0) this.error(`not there any more: ${[...left].join(', ')}`);
    },
  };
}

/** Loads those modules of Node late that take long, because help and mistakes need none of them. */
function lateBuiltins() {
  const head = 'const late = (name) => new Proxy({}, { get: (_, key) => require(name)[key] });\n';
  const slow =
    /\brequire\(("node:(?:child_process|crypto|fs\/promises|module|net|stream|tls|worker_threads|zlib)")\)/g;
  return { name: 'late-builtins', renderChunk: (code) => head + code.replace(slow, 'late($1)') };
}

function writePack() {
  const { index, texts } = packFeatures(features);
  const text = JSON.stringify(index, (key, value) =>
    key === 'source' ? slashed(relative(ROOT, value)) : value,
  );
  writeFileSync(join(DIST, 'templates.json'), text);
  writeFileSync(join(DIST, 'templates.txt'), texts);
  const releases = JSON.parse(readFileSync(join(TEMPLATES, 'releases.json'), 'utf8'));
  writeFileSync(join(DIST, 'releases.json'), JSON.stringify(releases));
}

/** Copies the types of a module, and of all that they name. */
function copyTypes(name, copied = new Set()) {
  if (copied.has(name)) return;
  copied.add(name);
  const file = `${name}.d.ts`;
  cpSync(join(BUILD, file), join(DIST, file));
  const text = readFileSync(join(BUILD, file), 'utf8');
  for (const [, other] of text.matchAll(/(?:from '|import\(")(\.{1,2}\/[\w./-]+)\.ts/g))
    copyTypes(join(dirname(name), other), copied);
}

function slashed(path) {
  return path.replaceAll('\\', '/');
}
