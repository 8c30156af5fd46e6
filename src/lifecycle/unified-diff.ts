import { diffIndices } from 'node-diff3';
import { isText } from './text-form.ts';

const CONTEXT = 3;

/** One side of a difference; without bytes there is no file. */
export interface DiffSide {
  readonly path: string;
  readonly bytes: Buffer | undefined;
}

interface Hunk {
  readonly before: readonly [start: number, length: number];
  readonly after: readonly [start: number, length: number];
}

/** The difference of two files as a patch, as `git apply` takes it; null where one of them is no text. */
export function unifiedDiff(before: DiffSide, after: DiffSide): string | null {
  const sides = [before.bytes ?? Buffer.of(), after.bytes ?? Buffer.of()];
  if (!sides.every(isText)) return null;
  const [old, now] = sides.map(linesOf) as [readonly string[], readonly string[]];
  const hunks = diffIndices([...old], [...now]).map(({ buffer1, buffer2 }): Hunk => ({
    before: buffer1,
    after: buffer2,
  }));
  const head = [
    before.bytes === undefined ? '--- /dev/null' : `--- a/${before.path}`,
    after.bytes === undefined ? '+++ /dev/null' : `+++ b/${after.path}`,
  ];
  const lines = groupsOf(hunks).flatMap((group) => printed(group, old, now));
  return [...head, ...lines].map((line) => `${line}\n`).join('');
}

// A line keeps its end, so that a last one without is another one.
function linesOf(bytes: Buffer): readonly string[] {
  return bytes.toString().match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Hunks that share their lines around. */
function groupsOf(hunks: readonly Hunk[]): readonly (readonly Hunk[])[] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1);
    const isNear = last && hunk.before[0] - (last.before[0] + last.before[1]) <= 2 * CONTEXT;
    if (isNear) groups.at(-1)?.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}

function printed(
  group: readonly Hunk[],
  old: readonly string[],
  now: readonly string[],
): readonly string[] {
  const [first, last] = [group[0]!, group.at(-1)!];
  const start = Math.max(0, first.before[0] - CONTEXT);
  const end = Math.min(old.length, last.before[0] + last.before[1] + CONTEXT);
  const lines: string[] = [];
  let from = start;
  for (const { before, after } of group) {
    lines.push(...old.slice(from, before[0]).flatMap((line) => marked(' ', line)));
    lines.push(...old.slice(before[0], before[0] + before[1]).flatMap((line) => marked('-', line)));
    lines.push(...now.slice(after[0], after[0] + after[1]).flatMap((line) => marked('+', line)));
    from = before[0] + before[1];
  }
  lines.push(...old.slice(from, end).flatMap((line) => marked(' ', line)));
  const shift = first.after[0] - first.before[0];
  const length =
    end - start + group.reduce((sum, { before, after }) => sum + after[1] - before[1], 0);
  return [`@@ -${range(start, end - start)} +${range(start + shift, length)} @@`, ...lines];
}

function marked(sign: string, line: string): readonly string[] {
  return line.endsWith('\n')
    ? [sign + line.slice(0, -1)]
    : [sign + line, '\\ No newline at end of file'];
}

// Lines count from 1; of no lines it is the one before.
function range(start: number, length: number): string {
  return `${length === 0 ? start : start + 1},${length}`;
}
