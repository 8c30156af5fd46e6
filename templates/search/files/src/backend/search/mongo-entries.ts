import type { ClientSession, mongo } from 'mongoose';
import { searchLimits } from '../../configs/search-limits.ts';
import type { OpenModels } from '../../models/index.ts';
import { termsIndex, type SearchEntryRow } from '../../models/search-entry.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import { beginningOf } from './terms.ts';
import type { Hit, HitPlace, Removed, Search, SearchEngine, SearchEntry, Wanted } from './types.ts';

/**
 * How many ranges of the index one query walks beside each other. With more it would read all that is
 * there and sort it (internalQueryMaxScansToExplode).
 */
const rangesOfQuery = 200;
const queriesAtOnce = 4;
const removedAtOnce = 500;
/** Terms of which the database chooses the one to walk by; each is a plan that it tries. */
const walkable = 8;

type Filter = mongo.Filter<SearchEntryRow>;

/** Entries in a collection of this database. */
export class MongoEntries implements SearchEngine {
  readonly #rows: mongo.Collection<SearchEntryRow>;

  constructor(models: Pick<OpenModels, 'searchEntries'>) {
    this.#rows = rowsOf<SearchEntryRow>(models.searchEntries);
  }

  async write(
    entries: readonly SearchEntry[],
    removed: readonly Removed[],
    session?: ClientSession,
  ): Promise<void> {
    const writes = entries.map(({ _id, rev: _rev, ...replacement }) => ({
      replaceOne: { filter: { _id }, replacement, upsert: true },
    }));
    const options = session === undefined ? {} : { session };
    if (writes.length > 0) await this.#rows.bulkWrite(writes, options);
    const ids = removed.map(({ _id }) => _id);
    if (ids.length > 0) await this.#rows.deleteMany({ _id: { $in: ids } }, options);
  }

  async forget(conversationId: string, session?: ClientSession): Promise<boolean> {
    const options = session === undefined ? {} : { session };
    const rows = await this.#rows
      .find({ conversation: toObjectId(conversationId) }, { ...options, projection: { _id: 1 } })
      .limit(removedAtOnce)
      .toArray();
    const ids = rows.map(({ _id }) => _id);
    if (ids.length > 0) await this.#rows.deleteMany({ _id: { $in: ids } }, options);
    return rows.length === removedAtOnce;
  }

  async find({ wanted, conversationIds, sender, after, size }: Search): Promise<readonly Hit[]> {
    const filter = {
      ...having(wanted),
      ...behind(after),
      ...(sender !== undefined && { sender: toObjectId(sender) }),
    };
    const perQuery = rangesOfQuery / (isShort(wanted.prefix) ? 2 : 1);
    const found: Hit[] = [];
    for (const some of inParts(inParts(conversationIds, perQuery), queriesAtOnce))
      found.push(...(await Promise.all(some.map((ids) => this.#find(filter, ids, size)))).flat());
    return found.toSorted(latestFirst).slice(0, size);
  }

  /** The right to read is part of the filter, and bound in the index. */
  #find(filter: Filter, conversationIds: readonly string[], size: number): Promise<Hit[]> {
    return this.#rows
      .find(
        { ...filter, conversation: { $in: conversationIds.map(toObjectId) } },
        { ...read, hint: termsIndex },
      )
      .project<Hit>({ conversation: 1, at: 1, seq: 1 })
      .sort({ at: -1, seq: -1 })
      .limit(size)
      .toArray();
  }
}

/** Whether it is the beginning of longer words and may be a word itself. */
const isShort = (prefix: string | undefined): prefix is string =>
  prefix !== undefined && Array.from(prefix).length === searchLimits.prefixCharacters;

/** What no index walks stands in an expression: the database would try it otherwise. */
function having({ terms, prefix }: Wanted): Filter {
  const isLong = prefix !== undefined && !isShort(prefix);
  const all = [...terms, ...(isLong ? [beginningOf(prefix)] : [])];
  const [walked, others] = cut(
    all.toSorted((a, b) => b.length - a.length),
    walkable,
  );
  const beginsSo = { $eq: [{ $indexOfCP: ['$$this', { $literal: prefix }] }, 0] };
  const some = { $filter: { input: '$terms', cond: beginsSo } };
  return {
    $and: [
      ...walked.map((term) => ({ terms: term })),
      ...(isShort(prefix) ? [{ terms: { $in: [prefix, beginningOf(prefix)] } }] : []),
      ...(others.length > 0
        ? [{ $expr: { $setIsSubset: [{ $literal: [...others] }, '$terms'] } }]
        : []),
      ...(isLong ? [{ $expr: { $gt: [{ $size: some }, 0] } }] : []),
    ],
  };
}

const behind = (place: HitPlace | undefined): Filter =>
  place === undefined
    ? {}
    : { at: { $lte: place.at }, $nor: [{ at: place.at, seq: { $gte: place.seq } }] };

const latestFirst = (one: Hit, other: Hit): number =>
  other.at.getTime() - one.at.getTime() || other.seq - one.seq;

const cut = <Item>(items: readonly Item[], at: number) =>
  [items.slice(0, at), items.slice(at)] as const;

function inParts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
