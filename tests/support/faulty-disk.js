// Counts every call to the file system below one directory, and fails, freezes or kills at the ones a
// test chooses. Patches `node:fs` itself, so that it does not matter which of its faces a program
// uses. Imported by a test, or loaded before the program (`node --import`) with FAULT_ROOT and
// FAULT_AT, where it kills the process at that call.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

const NAMES =
  'access appendFile chmod copyFile cp link lstat mkdir mkdtemp open opendir readFile readdir readlink realpath rename rm rmdir stat symlink truncate unlink utimes writeFile'.split(
    ' ',
  );
const TWO_PATHS = new Set(['copyFile', 'cp', 'link', 'rename', 'symlink']);

// What one call stands for: a file is opened, written and closed, and a tree is removed one by one.
const PARTS = { appendFile: 3, writeFile: 3, write: 2, rm: 2 };

const original = {
  openSync: fs.openSync,
  writeSync: fs.writeSync,
  closeSync: fs.closeSync,
  readdirSync: fs.readdirSync,
  rmSync: fs.rmSync,
};

let watched;
let inside = 0;

export function disturb(root, what = () => undefined) {
  const own = { root, what, calls: 0, frozen: false };
  watched = own;
  return {
    calls: () => own.calls,
    stop() {
      watched = undefined;
    },
  };
}

function isBelow(path) {
  const text = String(path);
  return text === watched.root || text.startsWith(watched.root + sep);
}

// Returns the error that the call has to end with, or undefined when it may go on.
function verdict(name, args) {
  if (watched.frozen) return failure(name, 'EIO');
  const parts = PARTS[name] ?? 1;
  const first = watched.calls + 1;
  watched.calls += parts;
  for (let part = 0; part < parts; part += 1) {
    const outcome = watched.what(first + part, name);
    if (outcome === undefined) continue;
    leavePart(name, args, part);
    if (outcome === 'kill') process.kill(process.pid, 'SIGKILL');
    watched.frozen = outcome === 'freeze';
    return failure(name, outcome === 'freeze' ? 'EIO' : outcome);
  }
  return undefined;
}

function leavePart(name, args, part) {
  if (part === 0) return;
  if (name === 'rm') {
    const [first] = entries(args[0]);
    if (first !== undefined) original.rmSync(args[0] + sep + first, { recursive: true });
    return;
  }
  const [path, bytes, options] = args;
  if (name === 'write') {
    original.writeSync(options, halfOf(bytes));
    return;
  }
  const flag = options?.flag ?? (name === 'appendFile' ? 'a' : 'w');
  const file = original.openSync(path, flag, options?.mode ?? 0o666);
  if (part === 2) original.writeSync(file, halfOf(bytes));
  original.closeSync(file);
}

function halfOf(bytes) {
  const whole = Buffer.from(bytes);
  return whole.subarray(0, Math.floor(whole.length / 2));
}

function entries(directory) {
  try {
    return original.readdirSync(directory);
  } catch {
    return [];
  }
}

function failure(name, code) {
  return Object.assign(new Error(`${code}: disturbed, ${name}`), { code, syscall: name });
}

// What the implementation of a call does below its own name is no call of the program.
function intercepted(name, args) {
  if (watched === undefined || inside > 0) return undefined;
  const paths = TWO_PATHS.has(name) ? args.slice(0, 2) : args.slice(0, 1);
  if (!paths.some(isBelow)) return undefined;
  inside += 1;
  try {
    return verdict(name, args);
  } finally {
    inside -= 1;
  }
}

for (const name of NAMES) {
  const promised = fs.promises[name];
  if (promised) {
    fs.promises[name] = async (...args) => {
      const error = intercepted(name, args);
      if (error) throw error;
      const result = await promised(...args);
      return name === 'open' ? watchHandle(result, args[0]) : result;
    };
  }
  const called = fs[name];
  fs[name] = (...args) => {
    const error = intercepted(name, args);
    if (error) process.nextTick(args.at(-1), error);
    else called(...args);
  };
  Object.assign(fs[name], called);
  const synchronous = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...args) => {
    const error = intercepted(name, args);
    if (error) throw error;
    return synchronous(...args);
  };
  Object.assign(fs[`${name}Sync`], synchronous);
}

// What is written by a number is written to the file that was opened with it.
const opened = new Map();
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest);
  if (watched !== undefined) opened.set(file, path);
  return file;
};
fs.writeSync = (file, bytes, ...rest) => {
  const path = opened.get(file);
  const error = path === undefined ? undefined : intercepted('write', [path, bytes, file]);
  if (error === undefined) return original.writeSync(file, bytes, ...rest);
  throw error;
};
fs.closeSync = (file) => {
  opened.delete(file);
  original.closeSync(file);
};

function watchHandle(handle, path) {
  for (const name of ['writeFile', 'appendFile', 'write', 'sync', 'datasync', 'truncate']) {
    const method = handle[name].bind(handle);
    handle[name] = async (...args) => {
      const error = intercepted(`handle.${name}`, [path, ...args]);
      if (error) throw error;
      return method(...args);
    };
  }
  return handle;
}
syncBuiltinESMExports();

if (process.env['FAULT_ROOT']) {
  const at = Number(process.env['FAULT_AT']);
  disturb(process.env['FAULT_ROOT'], (call) => (call === at ? 'kill' : undefined));
}
