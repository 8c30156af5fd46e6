import type { Policy } from '../templates/manifest.ts';
import type { Notice } from '../result.ts';

/** A file as it is, or will be, on the disk. */
export interface TreeFile {
  readonly bytes: Buffer;
  /** Permission bits; of what the templates render 0o644 or 0o755. */
  readonly mode: number;
}

/** Files by their paths, relative to a project and with `/`. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** What the owner has: without what is made again, such as `node_modules`, and without `.env` and the record. */
export interface ProjectTree {
  readonly files: Tree;
  /** Symbolic links, to files and folders alike: never followed, never written through. */
  readonly links: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
}

/** What a record renders: what its owner started from. No `.env`, no record. */
export interface Base {
  readonly version: string;
  /** The digest of the templates that rendered it. */
  readonly templates: string;
  readonly tree: Tree;
  /** `.env` of that version, with values that are nobody's secrets; undefined where it is not known. */
  readonly env?: Buffer | undefined;
}

/** What the changed record renders with the templates of this version. */
export interface Target extends Base {
  /** The policies of the files whose names do not tell them. */
  readonly policies: ReadonlyMap<string, Policy>;
}

/** Where a release put what earlier ones had; a key that ends in `/` is a folder. */
export interface Moves {
  readonly moved: Readonly<Record<string, string>>;
  readonly split: Readonly<Record<string, readonly string[]>>;
}

/** An entry of `releases.json`. */
export interface Release extends Partial<Moves> {
  readonly version: string;
  readonly gone?: readonly string[];
  /** Features by their old names, and what has each now. */
  readonly features?: Readonly<Record<string, readonly string[]>>;
  readonly notices?: readonly Omit<Notice, 'version'>[];
}

/** Both sides after the moves of releases: what is merged. */
export interface Relocated {
  /** The base at its new places, with specifiers that say so. */
  readonly base: Tree;
  /** The same of the project. */
  readonly project: Tree;
  /** From a place in `project` to that on the disk, where they differ. */
  readonly origins: ReadonlyMap<string, string>;
  /** Where the owner moved files, by their new places in the templates. */
  readonly ownMoves: Readonly<Record<string, string>>;
  /** What the moves alone decide: the parts of a split file, two files that meet at one place. */
  readonly changes: readonly Change[];
  /** The paths of base and template that these settle: nothing else is planned for them. */
  readonly settled: ReadonlySet<string>;
}

/** What is planned for one file of the project. */
export interface Change {
  readonly path: string;
  /** Where the disk has it now, where that is another place. */
  readonly from?: string | undefined;
  readonly action: 'create' | 'replace' | 'merge' | 'delete' | 'keep' | 'conflict';
  /** What is written; a `delete`, and most of what is kept, have none. */
  readonly file?: TreeFile | undefined;
  /** Places with markers, or 1 for a file that stays whole although it should change. */
  readonly conflicts: number;
  readonly reason?: string | undefined;
  /** The sides of a conflict with markers, for the index of git. */
  readonly stages?: Stages | undefined;
}

/** The three sides of a conflict. */
export interface Stages {
  readonly base: Buffer;
  readonly yours: Buffer;
  readonly template: Buffer;
}

/** Everything that becomes of a project, in the order of the paths, before anything is written. */
export interface Transition {
  readonly changes: readonly Change[];
  /** `moved` of the next record. */
  readonly ownMoves: Readonly<Record<string, string>>;
}

/** Formats a text as the project does; undefined where it has no formatter for such a file. */
export type Format = (path: string, text: string) => Promise<string | undefined>;
