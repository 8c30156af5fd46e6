import { posix } from 'node:path';
import { countLines, similarity } from './similarity.ts';
import { isText, textOf } from './text-form.ts';
import type { Tree, TreeFile } from './types.ts';

const LEAST = 0.6;
const AHEAD = 0.1;
// Above every similarity: the same bytes are the file itself.
const SAME = 2;

/**
 * Where the owner moved files of the base that are gone from their places: to one of the files that
 * nobody else knows, with the same ending, that has the same bytes or most of the same lines, and
 * clearly more of them than the next one.
 * @param missing - files of the base, as they are without their owner's edits.
 * @param strangers - the owner's files that are neither of the base nor of the template.
 */
export function findOwnMoves(missing: Tree, strangers: Tree): Readonly<Record<string, string>> {
  const candidates = [...strangers].map(([path, file]) => candidate(path, file));
  const found = [...missing]
    .flatMap(([path, file]) => bestOf(candidate(path, file), candidates))
    .sort((a, b) => b.score - a.score || (a.from < b.from ? -1 : 1));
  const moves = new Map<string, string>();
  // A file that two could have become is that of the more similar one.
  const taken = new Set<string>();
  for (const { from, to } of found) {
    if (taken.has(to)) continue;
    taken.add(to);
    moves.set(from, to);
  }
  return Object.fromEntries([...moves].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Candidate {
  readonly path: string;
  readonly bytes: Buffer;
  readonly lines: ReadonlyMap<string, number>;
}

interface OwnMove {
  readonly from: string;
  readonly to: string;
  readonly score: number;
}

function candidate(path: string, { bytes }: TreeFile): Candidate {
  return { path, bytes, lines: countLines(isText(bytes) ? textOf(bytes) : '') };
}

function bestOf(file: Candidate, candidates: readonly Candidate[]): readonly OwnMove[] {
  // An empty file is the same as every other one.
  if (file.bytes.length === 0) return [];
  const [first, second] = candidates
    .filter(({ path }) => endingOf(path) === endingOf(file.path))
    .map((other) => ({ from: file.path, to: other.path, score: scoreOf(file, other) }))
    .sort((a, b) => b.score - a.score);
  if (first === undefined || first.score < LEAST) return [];
  return first.score - (second?.score ?? 0) >= AHEAD ? [first] : [];
}

function scoreOf(a: Candidate, b: Candidate): number {
  return a.bytes.equals(b.bytes) ? SAME : similarity(a.lines, b.lines);
}

function endingOf(path: string): string {
  return posix.extname(path) || posix.basename(path);
}
