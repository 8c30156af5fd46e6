// Loaded before the program (`node --import`): every file takes a while to write, as on a slow disk,
// so that a test can act while the program writes.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const delay = Number(process.env['SLOW_DISK_MS']);
const { writeFile, openSync } = fs;
const { writeFile: promised } = fs.promises;

fs.writeFile = (...args) => {
  setTimeout(() => writeFile(...args), delay);
};
fs.promises.writeFile = (...args) => sleep(delay).then(() => promised(...args));
fs.openSync = (path, flag, ...rest) => {
  if (flag === 'wx') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
  return openSync(path, flag, ...rest);
};
syncBuiltinESMExports();
