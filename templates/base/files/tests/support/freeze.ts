import { execFile, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { until } from './app.ts';

const run = promisify(execFile);

/** Stops a process until SIGCONT: once this resolves it answers nothing, and keeps its connections. */
export async function freeze(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP');
  // Its threads stop a while after the signal was given, each for itself.
  await until(async () => (await statesOf(child.pid!)).every((state) => state.startsWith('T')));
}

async function statesOf(pid: number): Promise<readonly string[]> {
  if (process.platform !== 'linux')
    return [(await run('ps', ['-o', 'stat=', '-p', String(pid)])).stdout];
  const threads = `/proc/${pid}/task`;
  return Promise.all(
    (await readdir(threads)).map(async (thread) => {
      const stat = await readFile(`${threads}/${thread}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2); // behind the name, which may hold anything
    }),
  );
}
