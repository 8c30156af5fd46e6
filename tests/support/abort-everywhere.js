// Makes a project once to count the calls of the file system, and then once for each of them, with
// a signal that fires at that call. Prints as JSON how each run ended and what it left.
// usage: node abort-everywhere.js <the library> <an empty directory> <new | in-place>
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const [library, place, kind] = process.argv.slice(2);
const { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = fs;

let calls = 0;
/** How many calls the last project took. */
let total = 0;
let abortAt = Infinity;
let controller;

function counted(functions) {
  for (const [name, call] of Object.entries(functions)) {
    if (typeof call !== 'function' || /^[A-Z_]/.test(name)) continue;
    functions[name] = (...args) => {
      calls += 1;
      if (calls === abortAt) controller.abort(new Error('the caller has changed his mind'));
      return call(...args);
    };
    Object.assign(functions[name], call);
  }
}
counted(fs);
counted(fs.promises);
syncBuiltinESMExports();
const { createProject } = await import(library);

async function run(at) {
  const parent = join(place, String(at));
  mkdirSync(parent);
  if (kind === 'in-place') {
    mkdirSync(join(parent, 'my-app'));
    writeFileSync(join(parent, 'my-app/.gitignore'), 'mine');
    writeFileSync(join(parent, 'my-app/README.md'), 'mine');
  }
  calls = 0;
  abortAt = at;
  controller = new AbortController();
  const ended = await createProject(
    { directory: 'my-app', preset: 'minimal', install: false, git: false, onConflict: 'overwrite' },
    { workingDirectory: parent, signal: controller.signal },
  ).then(
    () => ({ code: 'DONE' }),
    ({ code, cause, result }) => ({
      code,
      cause: cause?.message,
      isComplete: result !== undefined,
    }),
  );
  abortAt = Infinity;
  total = calls;
  const left = readdirSync(parent, { recursive: true }).sort();
  const texts = left.filter((path) => /\/(?:\.gitignore|README\.md)$/.test(path));
  const kept = texts.map((path) => readFileSync(join(parent, path), 'utf8'));
  rmSync(parent, { recursive: true });
  return { at, ...ended, left, kept };
}

// The first run reads what later ones know already.
await run('first');
const whole = await run(0);
const all = total;
// All at the beginning and at the end; in between, the same few calls come for every file.
const points = Array.from({ length: all }, (_, index) => index + 1).filter(
  (at) => at < 60 || at > all - 30 || at % 17 === 0,
);
const runs = [];
for (const at of points) runs.push(await run(at));
process.stdout.write(JSON.stringify({ whole, total: all, runs }));
