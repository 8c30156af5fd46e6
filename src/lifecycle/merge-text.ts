import { diffIndices } from 'node-diff3';
import { isLines, printParts } from './markers.ts';
import type { Clash, Labels, Part } from './markers.ts';

/**
 * Which changes that touch, but do not overlap, are taken: `insert` takes what the template only
 * inserts beside a change of the owner's, `union` all of them, and both of two insertions at one place.
 */
export type Touch = 'insert' | 'union';

/** A merged text; where there are conflicts it has markers. */
export interface MergedText {
  readonly text: string;
  readonly conflicts: number;
  readonly parts: readonly Part[];
}

interface Hunk {
  readonly side: 'yours' | 'template';
  /** Of the lines of the base that it replaces; the end is not one of them. */
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Merges what became of a text on two sides, line by line. */
export function mergeText(
  base: string,
  yours: string,
  template: string,
  touch: Touch,
  labels: Labels,
): MergedText {
  const parts = mergeLines(base.split('\n'), yours.split('\n'), template.split('\n'), touch);
  const conflicts = parts.filter((part) => !isLines(part)).length;
  return { text: printParts(parts, labels), conflicts, parts };
}

function mergeLines(
  base: readonly string[],
  yours: readonly string[],
  template: readonly string[],
  touch: Touch,
): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const cluster of clustersOf(base, yours, template, touch)) {
    const start = Math.min(...cluster.map((hunk) => hunk.start));
    const end = Math.max(...cluster.map((hunk) => hunk.end));
    const sideOf = (side: Hunk['side']): readonly string[] =>
      replaced(
        base,
        cluster.filter((hunk) => hunk.side === side),
        { start, end },
      );
    const sides = new Set(cluster.map((hunk) => hunk.side));
    const clash = {
      yours: sideOf('yours'),
      base: base.slice(start, end),
      template: sideOf('template'),
    };
    parts.push(base.slice(from, start));
    if (sides.size === 1) parts.push(sides.has('yours') ? clash.yours : clash.template);
    else parts.push(...settled(clash, touch));
    from = end;
  }
  return [...parts, base.slice(from)].filter((part) => !isLines(part) || part.length > 0);
}

/** Hunks of both sides that have to be decided together, in the order of the base. */
function clustersOf(
  base: readonly string[],
  yours: readonly string[],
  template: readonly string[],
  touch: Touch,
): readonly (readonly Hunk[])[] {
  const hunks = [...hunksOf(base, yours, 'yours'), ...hunksOf(base, template, 'template')].sort(
    (a, b) => a.start - b.start || a.end - b.end || (a.side === 'yours' ? -1 : 1),
  );
  const clusters: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = clusters.at(-1);
    if (last?.some((other) => haveToMeet(other, hunk, touch))) last.push(hunk);
    else clusters.push([hunk]);
  }
  return clusters;
}

function hunksOf(
  base: readonly string[],
  other: readonly string[],
  side: Hunk['side'],
): readonly Hunk[] {
  return diffIndices([...base], [...other]).map(({ buffer1, buffer2 }) => ({
    side,
    start: buffer1[0],
    end: buffer1[0] + buffer1[1],
    lines: other.slice(buffer2[0], buffer2[0] + buffer2[1]),
  }));
}

// The second begins where the first does, or later.
function haveToMeet(first: Hunk, second: Hunk, touch: Touch): boolean {
  if (second.start < first.end) return true;
  if (second.start > first.end || first.side === second.side) return false;
  if (first.start === second.start && first.end === second.end) return true;
  if (touch === 'union') return false;
  const template = first.side === 'template' ? first : second;
  return template.start !== template.end;
}

/** The lines of the base from start to end with these hunks done. */
function replaced(
  base: readonly string[],
  hunks: readonly Hunk[],
  { start, end }: Pick<Hunk, 'start' | 'end'>,
): readonly string[] {
  const lines: string[] = [];
  let from = start;
  for (const hunk of hunks) {
    lines.push(...base.slice(from, hunk.start), ...hunk.lines);
    from = hunk.end;
  }
  return [...lines, ...base.slice(from, end)];
}

/** Takes what both sides say alike out of a clash; two insertions into a list are both taken. */
function settled(clash: Clash, touch: Touch): readonly Part[] {
  const { base } = clash;
  const most = Math.min(clash.yours.length, clash.template.length);
  const head = countWhile(most, (index) => clash.yours[index] === clash.template[index]);
  const tail = countWhile(
    most - head,
    (index) => clash.yours.at(-1 - index) === clash.template.at(-1 - index),
  );
  const middle = (lines: readonly string[]): readonly string[] =>
    lines.slice(head, lines.length - tail);
  const [yours, template] = [middle(clash.yours), middle(clash.template)];
  const both = [...yours, ...template.filter((line) => !yours.includes(line))];
  return [
    clash.yours.slice(0, head),
    touch === 'union' && base.length === 0 ? both : undecided({ yours, base, template }),
    clash.yours.slice(clash.yours.length - tail),
  ];
}

function undecided(clash: Clash): Part {
  return clash.yours.length + clash.template.length === 0 ? [] : clash;
}

function countWhile(most: number, holds: (index: number) => boolean): number {
  let count = 0;
  while (count < most && holds(count)) count += 1;
  return count;
}
