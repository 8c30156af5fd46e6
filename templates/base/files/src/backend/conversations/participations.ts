import { Loader } from '../../platform/lib/loader.ts';
import { TtlCache } from '../../platform/lib/ttl-cache.ts';
import type { KnownMember, Participation } from '../shared/access.ts';
import {
  keyOf,
  readRoles,
  readShared,
  toParticipation,
  type ReadModels,
  type Role,
  type Shared,
} from './participation-rows.ts';

const cacheSize = 100_000;
const maxTogether = 100; // keys that share a query
const readsAtOnce = 8; // a message waits for its right: rather a few more queries than a queue
const gatherMs = 100; // well below the half of the time in which what is known is refreshed

/** Null where there is no conversation. */
type Found = Participation | null;

/**
 * What rights are judged by, as a node knows it: conversations, and who is what in them. That somebody
 * is not there is never remembered: an addition that this node did not hear of holds at once, and
 * strangers displace nothing by asking for what does not exist.
 */
export class Participations {
  readonly #shared: TtlCache<Shared | undefined>;
  readonly #roles: TtlCache<Role | undefined>;
  readonly #readShared: Reads<Shared>;
  readonly #readRoles: Reads<Role>;
  /** A change of a whole conversation or a user gives it a new one: the old keys just expire. */
  readonly #generations = new Map<string, number>();
  /** How often something was forgotten. */
  #forgotten = 0;

  constructor(models: ReadModels, ttlMs: () => number) {
    this.#shared = new TtlCache<Shared | undefined>(ttlMs, cacheSize, isThere);
    this.#roles = new TtlCache<Role | undefined>(ttlMs, cacheSize, isThere);
    this.#readShared = toReads((ids) => readShared(models, ids));
    this.#readRoles = toReads((keys) => readRoles(models, keys));
  }

  /** Available at once where it is known. */
  get(userId: string, conversationId: string): Found | Promise<Found> {
    const key = keyOf(userId, conversationId);
    const [sharedReads, roleReads] = [this.#readShared, this.#readRoles];
    const shared = this.#shared.get(
      conversationId,
      () => sharedReads.now.one(conversationId),
      () => sharedReads.later.one(conversationId),
    );
    const role = this.#roles.get(
      this.#roleKeyOf(userId, conversationId),
      () => roleReads.now.one(key),
      () => roleReads.later.one(key),
    );
    return shared instanceof Promise || role instanceof Promise
      ? Promise.all([shared, role]).then((found) => toFound(...found))
      : toFound(shared, role);
  }

  /**
   * Begins a read of memberships: what it finds may be given to the returned function. It takes nothing
   * if anything was forgotten meanwhile, as the read may have begun before that change.
   */
  learn(): (members: Iterable<KnownMember>) => void {
    const [from, forgotten] = [performance.now(), this.#forgotten];
    return (members) => {
      if (this.#forgotten !== forgotten) return;
      for (const { userId, conversationId, role } of members)
        this.#roles.offer(this.#roleKeyOf(userId, conversationId), role, from);
    };
  }

  /** Forgets a member, and how many there are. */
  forgetMember(userId: string, conversationId: string): void {
    this.#forgotten += 1;
    this.#roles.delete(this.#roleKeyOf(userId, conversationId));
    this.#shared.delete(conversationId);
  }

  /** Forgets everything about a conversation, or about a user. */
  forgetAll(id: string): void {
    if (this.#generations.size >= cacheSize) this.forgetEverything();
    this.#generations.set(id, (this.#forgotten += 1));
    this.#shared.delete(id);
  }

  forgetEverything(): void {
    this.#forgotten += 1;
    this.#generations.clear();
    this.#roles.clear();
    this.#shared.clear();
  }

  #roleKeyOf(userId: string, conversationId: string): string {
    return keyOf(this.#partOf(userId), this.#partOf(conversationId));
  }

  #partOf(id: string): string {
    const generation = this.#generations.get(id);
    return generation === undefined ? id : `${id}.${generation}`;
  }
}

/** Reads for which somebody waits, and others, gathered for a moment so that many share a query. */
type Reads<Value> = Readonly<Record<'now' | 'later', Loader<Value>>>;

function toReads<Value>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Reads<Value> {
  async function load(keys: readonly string[]): Promise<ReadonlyMap<string, Value>> {
    const parts = Array.from({ length: Math.ceil(keys.length / maxTogether) }, (_, index) =>
      read(keys.slice(index * maxTogether, (index + 1) * maxTogether)),
    );
    return new Map((await Promise.all(parts)).flatMap((part) => [...part]));
  }
  return { now: new Loader(load, { atOnce: readsAtOnce }), later: new Loader(load, { gatherMs }) };
}

const isThere = (answer: unknown): boolean => answer !== undefined;

const toFound = (shared: Shared | undefined, role: Role | undefined): Found =>
  shared === undefined ? null : toParticipation(shared, role);
