/** How often a text has each of its lines that is not blank. */
export function countLines(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\n'))
    if (line.trim() !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** The part of the lines that two texts share, wherever they stand: from 0 to 1. */
export function similarity(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const all = sum(a) + sum(b);
  if (all === 0) return 0;
  let shared = 0;
  for (const [line, count] of a) shared += Math.min(count, b.get(line) ?? 0);
  return (2 * shared) / all;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
