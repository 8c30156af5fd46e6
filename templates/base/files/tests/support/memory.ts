import { until } from './app.ts';
import type { BackendProcess } from './process.ts';

export const mebibyte = 1_024 ** 2;

const probe =
  'process.on("SIGUSR2",()=>{gc();gc();console.log(JSON.stringify({msg:"memory",...process.memoryUsage()}))})';

/** Lets a process say what memory it has. */
export const withMemory = ['--expose-gc', '--import', `data:text/javascript,${probe}`];

/** The memory of a process in bytes, garbage collected: what is held, and what it takes of the machine. */
export async function memoryOf({
  child,
  log,
}: BackendProcess): Promise<{ held: number; resident: number }> {
  const memories = () => log.filter(({ msg }) => msg === 'memory');
  const before = memories().length;
  child.kill('SIGUSR2');
  await until(() => memories().length > before);
  const { rss, heapUsed, external } = memories().at(-1) as Record<string, number>;
  return { held: heapUsed! + external!, resident: rss! };
}
