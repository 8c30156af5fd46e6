// Renders the default project into .play/ and starts it. A template that is edited is rendered
// again, and the project's own `npm run dev` reloads. Ctrl-C ends both.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { optionOf } from '../build/options/options.js';
import { TEMPLATES } from '../build/package.js';
import { readFeatures } from '../build/templates/features.js';
import { planProject } from '../build/plan/plan.js';
import { makeSecrets } from '../build/plan/secrets.js';

const PAUSE_MS = 100; // editors write a file in several steps
const TARGET = join(import.meta.dirname, '../.play');
const SECRET_FILE = join(TARGET, '.env');

/** path → bytes of what was rendered last */
let rendered = new Map();

function render() {
  const templates = readFeatures(TEMPLATES);
  const standard = templates.filter(({ presets }) => presets.includes('standard'));
  const plan = planProject(
    {
      packageName: 'play',
      description: 'The default project, to try its templates',
      author: '',
      port: optionOf('port').default,
      databaseUri: '',
      packageManager: 'npm',
      features: standard.map(({ name }) => name),
      // The keys of the first time stay, so that a browser stays signed in.
      ...(existsSync(SECRET_FILE) ? {} : { secrets: makeSecrets() }),
    },
    templates,
  );
  const before = rendered;
  rendered = new Map(plan.files.map(({ path, bytes }) => [path, bytes]));
  for (const { path, bytes, mode } of plan.files) {
    if (before.get(path)?.equals(bytes)) continue;
    const file = join(TARGET, path);
    if (existsSync(file) && readFileSync(file).equals(bytes)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, mode);
    if (before.size > 0) console.log(`rendered ${path}`);
  }
  for (const path of before.keys())
    if (!rendered.has(path) && path !== '.env') rmSync(join(TARGET, path), { force: true });
}

function install() {
  const manifest = rendered.get('package.json').toString();
  const stamp = join(TARGET, 'node_modules/.played.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: TARGET, stdio: 'inherit' });
  writeFileSync(stamp, manifest);
}

render();
install();
spawn('npm', ['run', '--silent', 'dev'], { cwd: TARGET, stdio: 'inherit' }).once('exit', (code) => {
  watcher.close();
  process.exitCode = code ?? 1;
});
// Ctrl-C reaches the child as well: this process ends when the child has ended.
process.on('SIGINT', () => {});

let pending;
const watcher = watch(TEMPLATES, { recursive: true }, () => {
  clearTimeout(pending);
  pending = setTimeout(() => {
    try {
      render();
    } catch (error) {
      console.error(error.message);
    }
  }, PAUSE_MS);
});
