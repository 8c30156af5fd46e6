import type { mongo } from 'mongoose';

/** A change of what is stored, which a version of this backend needs. */
export interface Migration {
  /** Four digits and what it does, like its file: `0001-lower-case-names`. */
  readonly name: string;
  /**
   * Changes the data. It must be harmless to do again from the start, since a run may be cut off, and
   * nodes of the version before must be able to live with the result. Names collections and fields
   * itself: the schemas beside it go on changing.
   */
  up(db: mongo.Db, signal: AbortSignal): Promise<void>;
}

/** In the order in which they run; each of them once in the life of a database. */
export const migrations: readonly Migration[] = [];
