import { isLines, printParts } from './markers.ts';
import type { Labels, Part } from './markers.ts';
import { mergedMode, stagesOf } from './merge-file.ts';
import { mergeText } from './merge-text.ts';
import { bytesIn, formOf, isText, saysSame, textOf } from './text-form.ts';
import type { Change, TreeFile } from './types.ts';

/** A file that the templates have in several parts now. */
export interface SplitRequest {
  readonly path: string;
  readonly base: TreeFile;
  /** Undefined where the owner has none. */
  readonly yours: TreeFile | undefined;
  /** Of the target; the first has its name for those who import it. */
  readonly parts: readonly { readonly path: string; readonly file: TreeFile }[];
  readonly labels: Labels;
  /** Whether something of the owner is where a part comes. */
  readonly isTaken: (path: string) => boolean;
  /** Whether the owner moved it. */
  readonly isElsewhere: boolean;
  /** A side as it would stand at the place of a part. */
  readonly follow: (side: TreeFile, part: string) => TreeFile;
}

/**
 * What becomes of it: each part gets the edits of its own lines. An edit that arrives in one part is
 * no conflict in the others; one that fits none leaves the whole file to its owner.
 */
export function splitFile(request: SplitRequest): readonly Change[] {
  const { path, base, yours, parts, isElsewhere, isTaken } = request;
  if (yours === undefined)
    return isElsewhere
      ? [kept(path, 'you moved it, and the template has it in parts'), ...made(request)]
      : [{ path, action: 'keep', conflicts: 0, reason: 'you deleted it' }];
  const other = parts.find((part) => isTaken(part.path));
  if (other !== undefined) return [kept(path, `${other.path}, a part of it now, is yours`)];
  if (saysSame(yours.bytes, base.bytes)) return [...removed(request), ...made(request)];
  const merged = mergeParts(request, yours);
  if (merged === undefined)
    return [
      kept(path, `an edit of yours fits none of its parts: ${named(request)}`),
      ...made(request).filter((change) => change.path !== path),
    ];
  return [...removed(request), ...merged];
}

function mergeParts(request: SplitRequest, yours: TreeFile): readonly Change[] | undefined {
  const { base, parts, labels, follow, path } = request;
  if (![base, yours, ...parts.map(({ file }) => file)].every(({ bytes }) => isText(bytes)))
    return undefined;
  const tries = parts.map(({ path: part, file }) => {
    const sides = { base: follow(base, part), yours: follow(yours, part), template: file };
    const [b, y, t] = [sides.base, sides.yours, file].map(({ bytes }) => textOf(bytes));
    // What a part lacks ends where it begins: an edit beside that only touches it.
    return { part, sides, lines: mergeText(b!, y!, t!, 'union', labels).parts };
  });
  const before = new Set(textOf(base.bytes).split('\n'));
  const places = new EditPlaces(
    tries.map(({ lines }) => lines),
    before,
  );
  const merged = tries.map(({ part, sides, lines }, index) => {
    const decided = lines.map((piece) => places.decide(piece, index));
    const conflicts = decided.filter((piece) => !isLines(piece)).length;
    return { part, sides, text: printParts(decided, labels), conflicts };
  });
  const after = new Set(merged.flatMap(({ text }) => text.split('\n')));
  const lines = textOf(yours.bytes).split('\n');
  if (!lines.every((line) => before.has(line) || after.has(line))) return undefined;
  return merged.map(({ part, sides, text, conflicts }) => ({
    path: part,
    ...(part !== path && { from: path }),
    action: conflicts === 0 ? 'merge' : 'conflict',
    file: { bytes: bytesIn(formOf(yours.bytes), text), mode: mergedMode(sides) },
    conflicts,
    reason: `a part of ${path}`,
    ...(conflicts > 0 && { stages: stagesOf(sides) }),
  }));
}

/** Which part an edit belongs to: where it arrives, else where it meets one of the template's first. */
class EditPlaces {
  readonly #arrived: ReadonlySet<string>;
  /** The first part in which a line meets lines of the template. */
  readonly #meets = new Map<string, number>();
  readonly #before: ReadonlySet<string>;

  constructor(parts: readonly (readonly Part[])[], before: ReadonlySet<string>) {
    this.#before = before;
    this.#arrived = new Set(parts.flat().filter(isLines).flat());
    for (const [index, pieces] of parts.entries())
      for (const piece of pieces)
        if (!isLines(piece) && piece.template.length > 0)
          for (const line of piece.yours) if (!this.#meets.has(line)) this.#meets.set(line, index);
  }

  /** A conflict that is another part's is the template's in this one; what no part has is the first one's. */
  decide(piece: Part, part: number): Part {
    if (isLines(piece)) return piece;
    const added = piece.yours.filter((line) => !this.#before.has(line));
    const isElsewhere = added.every(
      (line) => this.#arrived.has(line) || (this.#meets.get(line) ?? 0) !== part,
    );
    return isElsewhere ? piece.template : piece;
  }
}

function removed({ path, parts }: SplitRequest): readonly Change[] {
  const isPart = parts.some((part) => part.path === path);
  return isPart ? [] : [{ path, action: 'delete', conflicts: 0, reason: undefined }];
}

// The parts as they are in the templates.
function made({ path, base, parts }: SplitRequest): readonly Change[] {
  return parts
    .filter((part) => part.path !== path || !part.file.bytes.equals(base.bytes))
    .map((part) => ({
      path: part.path,
      action: part.path === path ? 'replace' : 'create',
      file: part.file,
      conflicts: 0,
    }));
}

function kept(path: string, reason: string): Change {
  return { path, action: 'conflict', conflicts: 1, reason };
}

function named({ parts }: SplitRequest): string {
  return parts.map(({ path }) => path).join(', ');
}
