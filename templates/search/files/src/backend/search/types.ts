import type { ClientSession, Types } from 'mongoose';
import type { SearchEntryRow } from '../../models/search-entry.ts';

/** What of a message is searched, with the change after which it is so. */
export interface SearchEntry extends SearchEntryRow {
  readonly rev: number;
}

/** A message that is searched no more. */
export interface Removed {
  readonly _id: Types.UUID;
  readonly rev: number;
}

/** What a message must have, all of it. */
export interface Wanted {
  readonly terms: readonly string[];
  /** What some word begins with. */
  readonly prefix?: string;
}

/** A message that was found, and its place among others. */
export interface Hit {
  readonly _id: Types.UUID;
  readonly conversation: Types.ObjectId;
  readonly at: Date;
  readonly seq: number;
}

/** Where a page goes on: behind this hit. */
export type HitPlace = Pick<Hit, 'at' | 'seq'>;

/** What is looked for: only in these conversations, which are the reader's. */
export interface Search {
  readonly wanted: Wanted;
  readonly conversationIds: readonly string[];
  readonly sender?: string | undefined;
  readonly after?: HitPlace | undefined;
  readonly size: number;
}

/**
 * Where entries are kept and found; this project's is `MongoEntries`. Another one, of a service beside
 * the database, has no session: it is given the `rev` of each state and must ignore one below what it has.
 */
export interface SearchEngine {
  write(
    entries: readonly SearchEntry[],
    removed: readonly Removed[],
    session?: ClientSession,
  ): Promise<void>;
  /** Removes some entries of a conversation; resolves with whether there may be more. */
  forget(conversationId: string, session?: ClientSession): Promise<boolean>;
  /** The latest first: by `at`, then by `seq`. */
  find(search: Search): Promise<readonly Hit[]>;
}
