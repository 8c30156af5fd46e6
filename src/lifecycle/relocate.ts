import { hasImports, withImports } from './imports.ts';
import { joinedChange, joinedFiles } from './joined-files.ts';
import type { Placement } from './moves.ts';
import { splitFile } from './split.ts';
import { inPlace } from './transition.ts';
import type { Base, Change, ProjectTree, Relocated, Target, Tree, TreeFile } from './types.ts';

/** Both sides as they are found, and what moved since. */
export interface RelocationRequest {
  readonly base: Base;
  readonly target: Target;
  readonly project: ProjectTree;
  /** `moved` of the record. */
  readonly ownMoves: Readonly<Record<string, string>>;
  readonly placement: Placement;
}

/**
 * Puts base and project at the places that the target has for their files, with specifiers that name
 * them there; what their owner added to a folder that moved goes along. Nothing is written.
 */
export function relocate(request: RelocationRequest): Relocated {
  const { base, project, ownMoves, placement } = request;
  return placement.isEmpty
    ? inPlace(base.tree, project, ownMoves)
    : new Relocation(request).result();
}

class Relocation {
  readonly #request: RelocationRequest;
  /** From the places in the base to those in the target. */
  readonly #base = new Map<string, string>();
  /** From the places on the disk to those after the moves. */
  readonly #disk = new Map<string, string>();
  readonly #ownMoves = new Map<string, string>();
  readonly #split = new Map<string, readonly string[]>();
  readonly #changes: Change[] = [];
  readonly #settled = new Set<string>();
  /** What became a part of another file. */
  readonly #joined: ReadonlyMap<string, string>;
  /** Of these what goes nowhere itself. */
  readonly #stays = new Set<string>();
  /** What became of the base's files: most of the project's are the same ones. */
  readonly #followed = new Map<string, { readonly before: Buffer; readonly after: Buffer }>();
  readonly #places = {
    isFile: (path: string): boolean => this.#base.has(path) || this.#disk.has(path),
    placeOf: (path: string): string => this.#disk.get(path) ?? this.#base.get(path) ?? path,
  };

  constructor(request: RelocationRequest) {
    const { base, target, placement } = request;
    this.#request = request;
    this.#joined = joinedFiles(base.tree, target.tree, placement);
    for (const path of base.tree.keys()) this.#placeOfTemplate(path);
    for (const path of request.project.files.keys())
      if (!this.#disk.has(path)) this.#placeOwn(path);
  }

  result(): Relocated {
    for (const [path, parts] of this.#split) this.#splitInto(path, parts);
    const moved = [...this.#disk].filter(([from, to]) => from !== to && !this.#stays.has(from));
    return {
      base: this.#moved(this.#request.base.tree, this.#base),
      project: this.#moved(this.#request.project.files, this.#disk),
      origins: new Map(moved.map(([from, to]) => [to, from])),
      ownMoves: Object.fromEntries(this.#ownMoves),
      changes: this.#changes,
      settled: this.#settled,
    };
  }

  #placeOfTemplate(path: string): void {
    const { target, ownMoves, placement } = this.#request;
    const parts = placement.partsOf(path).filter((part) => target.tree.has(part));
    // What the target has no more stays where it was: it is deleted there, or its owner's from now on.
    const to = parts[0] ?? path;
    const at = ownMoves[path] ?? path;
    const place = this.#joined.get(path);
    if (place !== undefined) return this.#join(path, place);
    if (at !== path) this.#placeMoved(to, at);
    else if (to !== path && this.#isTaken(to)) return this.#meet(path, to);
    else this.#disk.set(path, to);
    this.#base.set(path, to);
    if (parts.length > 1) this.#split.set(path, parts);
  }

  // What the owner moved follows no release, but the folder that he put it into.
  #placeMoved(to: string, at: string): void {
    const place = this.#ownPlace(at);
    this.#disk.set(at, place);
    if (place !== to) this.#ownMoves.set(to, place);
  }

  #placeOwn(path: string): void {
    this.#disk.set(path, this.#ownPlace(path));
  }

  #ownPlace(path: string): string {
    const { target, placement, project } = this.#request;
    const to = placement.ownPlaceOf(path);
    const isFree = !target.tree.has(to) && !project.files.has(to) && !this.#isInTheWay(to);
    return isFree ? to : path;
  }

  // By a file that is no template's, or that its owner put there.
  #isTaken(path: string): boolean {
    const { base, project, ownMoves } = this.#request;
    if (this.#isInTheWay(path)) return true;
    if (!project.files.has(path)) return false;
    return !base.tree.has(path) || Object.hasOwn(ownMoves, path);
  }

  #isInTheWay(path: string): boolean {
    const { links, directories } = this.#request.project;
    return links.has(path) || directories.has(path);
  }

  // Only those who import it follow.
  #join(path: string, place: string): void {
    const { base, project, ownMoves } = this.#request;
    const at = ownMoves[path] ?? path;
    const yours = project.files.get(at);
    this.#base.set(path, place);
    if (yours === undefined) return;
    this.#disk.set(at, place);
    this.#stays.add(path).add(at);
    this.#settled.add(path);
    this.#changes.push(joinedChange(at, base.tree.get(path) as TreeFile, yours, place));
  }

  // Without its own file, what is there is one more file of the owner where a new one comes.
  #meet(path: string, to: string): void {
    if (!this.#request.project.files.has(path)) return;
    this.#disk.set(path, path);
    this.#settled.add(path).add(to);
    const reason = `${to}, where it belongs now, is yours: put one of them elsewhere`;
    this.#changes.push({ path, action: 'conflict', conflicts: 1, reason });
  }

  #splitInto(path: string, parts: readonly string[]): void {
    const { base, target, project, ownMoves } = this.#request;
    for (const settled of [path, ...parts]) this.#settled.add(settled);
    const file = base.tree.get(path) as TreeFile;
    this.#changes.push(
      ...splitFile({
        path,
        base: file,
        yours: project.files.get(path),
        parts: parts.map((part) => ({ path: part, file: target.tree.get(part) as TreeFile })),
        labels: { yours: 'yours', base: base.version, template: target.version },
        isTaken: (part) => part !== path && this.#isTaken(part),
        isElsewhere: ownMoves[path] !== undefined,
        follow: (side, part) => this.#follow(side, path, part),
      }),
    );
  }

  #moved(tree: Tree, places: ReadonlyMap<string, string>): Tree {
    return new Map(
      [...tree].map(([path, file]) => {
        const to = this.#stays.has(path) ? path : (places.get(path) ?? path);
        return [to, this.#follow(file, path, to)];
      }),
    );
  }

  #follow(file: TreeFile, from: string, to: string): TreeFile {
    const bytes = hasImports(from) ? this.#rewritten(file, from, to) : undefined;
    if (from === to && (bytes === undefined || bytes === file.bytes)) return file;
    // Read now: when it is written it is not at its old place any more.
    return { bytes: bytes ?? file.bytes, mode: file.mode };
  }

  #rewritten(file: TreeFile, from: string, to: string): Buffer {
    const way = `${from}\n${to}`;
    const known = this.#followed.get(way);
    if (known?.before.equals(file.bytes))
      return known.after === known.before ? file.bytes : known.after;
    const { bytes } = withImports(file, { from, to }, this.#places);
    this.#followed.set(way, { before: file.bytes, after: bytes });
    return bytes;
  }
}
