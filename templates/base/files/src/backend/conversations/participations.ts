import type { ClientSession } from 'mongoose';
import type { MembershipRow } from '../../models/index.ts';
import { Loader } from '../../platform/lib/loader.ts';
import { TtlCache } from '../../platform/lib/ttl-cache.ts';
import type { KnownMember, Participation } from '../shared/access.ts';
import {
  keyOf,
  toParticipation,
  type MemberKey,
  type ParticipationRows,
  type Shared,
} from './participation-rows.ts';

const cacheSize = 100_000;
const readsAtOnce = 8; // a message waits for its right: rather a few more queries than a queue
const maxTogether = 100; // keys that share a query
const gatherMs = 100; // well below the half of the time in which what is known is refreshed

type Role = MembershipRow['role'];
type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/**
 * What rights are judged by, as a node knows it: conversations, and who is what in them. That somebody
 * is not there is never remembered: an addition that this node did not hear of holds at once, and
 * strangers displace nothing by asking for what does not exist.
 */
export class Participations {
  readonly #rows: ParticipationRows;
  readonly #conversations: Known<Shared>;
  readonly #roles: Known<Role>;
  /** A change of a whole conversation or a user gives it a new one: the old keys just expire. */
  readonly #generations = new Map<string, number>();
  /** How often something was forgotten. */
  #forgotten = 0;

  constructor(rows: ParticipationRows, ttlMs: () => number) {
    this.#rows = rows;
    this.#conversations = new Known(ttlMs, (ids) => rows.conversations(ids));
    this.#roles = new Known(ttlMs, (keys) => rows.roles(keys));
  }

  /** Available at once where it is known; null where there is no conversation. */
  get(
    userId: string,
    conversationId: string,
  ): Participation | null | Promise<Participation | null> {
    const member = { userId, conversationId };
    const shared = this.#conversations.get(conversationId, conversationId);
    const role = this.#roles.get(this.#roleKeyOf(member), keyOf(member));
    return shared instanceof Promise || role instanceof Promise
      ? join(shared, role)
      : toParticipationOrNull(shared, role);
  }

  /** As a transaction sees it. */
  lock(session: ClientSession, member: MemberKey): Promise<Participation | null> {
    return this.#rows.lock(session, member);
  }

  /**
   * Begins a read of memberships: what it finds may be given to the returned function. It takes nothing
   * if anything was forgotten meanwhile, as the read may have begun before that change.
   */
  learn(): (members: Iterable<KnownMember>) => void {
    const [from, forgotten] = [performance.now(), this.#forgotten];
    return (members) => {
      if (this.#forgotten !== forgotten) return;
      for (const member of members) this.#roles.offer(this.#roleKeyOf(member), member.role, from);
    };
  }

  /** Forgets a member, and how many there are. */
  forgetMember(userId: string, conversationId: string): void {
    this.#forgotten += 1;
    this.#roles.delete(this.#roleKeyOf({ userId, conversationId }));
    this.#conversations.delete(conversationId);
  }

  /** Forgets everything about a conversation, or about a user. */
  forgetAll(id: string): void {
    this.#forgotten += 1;
    if (this.#generations.size >= cacheSize) this.forgetEverything();
    this.#generations.set(id, this.#forgotten);
    this.#conversations.delete(id);
  }

  forgetEverything(): void {
    this.#forgotten += 1;
    this.#generations.clear();
    this.#roles.clear();
    this.#conversations.clear();
  }

  #roleKeyOf({ userId, conversationId }: MemberKey): string {
    return `${this.#partOf(conversationId)} ${this.#partOf(userId)}`;
  }

  #partOf(id: string): string {
    const generation = this.#generations.get(id);
    return generation === undefined ? id : `${id}.${generation}`;
  }
}

/** What is known of one kind; concurrent calls share their queries. */
class Known<Value> {
  readonly #cache: TtlCache<Value | undefined>;
  readonly #loader: Loader<Value>;
  /** For what nobody waits for: gathered for a moment, so that many share their queries. */
  readonly #renewing: Loader<Value>;

  constructor(ttlMs: () => number, load: Load<Value>) {
    const isKept = (value: Value | undefined): boolean => value !== undefined;
    this.#cache = new TtlCache({ ttlMs, size: cacheSize, isKept });
    const loadAll: Load<Value> = (keys) => inParts(keys, load);
    this.#loader = new Loader(loadAll, { atOnce: readsAtOnce });
    this.#renewing = new Loader(loadAll, { gatherMs });
  }

  /** It is known by one key and loaded by another. */
  get(key: string, loadKey: string): Value | undefined | Promise<Value | undefined> {
    return this.#cache.get(
      key,
      () => this.#loader.one(loadKey),
      () => this.#renewing.one(loadKey),
    );
  }

  offer(key: string, value: Value, from: number): void {
    this.#cache.offer(key, value, from);
  }

  delete(key: string): void {
    this.#cache.delete(key);
  }

  clear(): void {
    this.#cache.clear();
  }
}

async function inParts<Value>(
  keys: readonly string[],
  load: Load<Value>,
): Promise<ReadonlyMap<string, Value>> {
  const parts = Array.from({ length: Math.ceil(keys.length / maxTogether) }, (_, index) =>
    keys.slice(index * maxTogether, (index + 1) * maxTogether),
  );
  const found = await Promise.all(parts.map((part) => load(part)));
  return new Map(found.flatMap((some) => [...some]));
}

async function join(
  shared: Shared | undefined | Promise<Shared | undefined>,
  role: Role | undefined | Promise<Role | undefined>,
): Promise<Participation | null> {
  return toParticipationOrNull(...(await Promise.all([shared, role])));
}

const toParticipationOrNull = (
  shared: Shared | undefined,
  role: Role | undefined,
): Participation | null => (shared === undefined ? null : toParticipation(shared, role ?? null));
