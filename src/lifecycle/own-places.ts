import { CreateError } from '../errors.ts';
import { withImports } from './imports.ts';
import { findOwnMoves } from './own-moves.ts';
import type { ProjectTree, Relocated, Tree, TreeFile } from './types.ts';

/** Where a project has the files of its templates, and which of its files are only its owner's. */
export class OwnPlaces {
  readonly #project: ProjectTree;
  readonly #relocated: Relocated;
  readonly #template: Tree;
  readonly #moves: Map<string, string>;

  constructor(project: ProjectTree, relocated: Relocated, template: Tree) {
    this.#project = project;
    this.#relocated = relocated;
    this.#template = template;
    this.#moves = this.#credible(Object.entries(relocated.ownMoves));
    for (const [from, to] of Object.entries(this.#found())) this.#moves.set(from, to);
  }

  /** Where the project has a file of the templates, or would have it. */
  placeOf(path: string): string {
    return this.#moves.get(path) ?? path;
  }

  /** A file of the templates as it is where the owner has it: its imports lead from there. */
  broughtTo(at: string, path: string, file: TreeFile): TreeFile {
    if (at === path) return file;
    const { base } = this.#relocated;
    const places = {
      isFile: (name: string) => base.has(name) || this.#template.has(name),
      placeOf: (name: string) => this.placeOf(name),
    };
    return withImports(file, { from: path, to: at }, places);
  }

  /** The files that neither base nor template know. */
  own(): readonly string[] {
    const { base, project, settled } = this.#relocated;
    const taken = new Set(this.#moves.values());
    return [...project.keys()].filter(
      (path) =>
        !base.has(path) && !this.#template.has(path) && !settled.has(path) && !taken.has(path),
    );
  }

  /** The moves that the next record names. */
  recorded(): Readonly<Record<string, string>> {
    const moves = [...this.#moves].filter(([path]) => this.#template.has(path));
    return Object.fromEntries(moves.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What is in the place of a file and none, as a reason to leave it; undefined for nothing. */
  obstacleAt(path: string): string | undefined {
    if (this.#project.links.has(path)) return 'a link is there: left as it is';
    return this.#project.directories.has(path) ? 'a directory is there: left as it is' : undefined;
  }

  /** @throws CreateError TARGET_IN_THE_WAY where a link, or a file, is a folder in a path. */
  assertReachable(path: string): void {
    const { links, files } = this.#project;
    for (const folder of foldersOf(path)) {
      if (!links.has(folder) && !files.has(folder)) continue;
      const what = links.has(folder) ? 'a symbolic link' : 'a file';
      throw new CreateError(
        'TARGET_IN_THE_WAY',
        `${folder} is ${what}, and ${path} would be changed behind it`,
        'Put a directory there, then type the command again.',
      );
    }
  }

  // A record that somebody edited may name anything; nor does a move hold whose file has gone back.
  #credible(moves: readonly (readonly [string, string])[]): Map<string, string> {
    const { base, project } = this.#relocated;
    const credible = new Map<string, string>();
    const taken = new Set<string>();
    for (const [from, to] of moves) {
      const isKnown = base.has(to) || this.#template.has(to) || taken.has(to);
      if (isKnown || !project.has(to) || !base.has(from)) continue;
      credible.set(from, to);
      taken.add(to);
    }
    return credible;
  }

  // Only for what has to change: what stays may be wherever its owner has it.
  #found(): Readonly<Record<string, string>> {
    const { base, project, settled } = this.#relocated;
    const missing = [...base].filter(([path, before]) => {
      const next = this.#template.get(path);
      const isChanged = next !== undefined && !next.bytes.equals(before.bytes);
      return isChanged && !settled.has(path) && !project.has(this.placeOf(path));
    });
    if (missing.length === 0) return {};
    const strangers = this.own().map((path) => [path, project.get(path)!] as const);
    return findOwnMoves(new Map(missing), new Map(strangers));
  }
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
