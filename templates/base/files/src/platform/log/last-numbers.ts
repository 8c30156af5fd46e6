import { tuning } from '../tuning.ts';

/**
 * What this node knows of the last number of conversations. A number comes from an acknowledged
 * commit, from another node's word, or from a majority read; never from anything else, because after
 * a failover those numbers may be gone.
 */
export class LastNumbers {
  readonly #read: (conversationIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly #numbers = new Map<string, number>();
  #epoch = 0;

  /** Knows nothing yet; `read` is the majority read of several last numbers. */
  constructor(read: (conversationIds: readonly string[]) => Promise<ReadonlyMap<string, number>>) {
    this.#read = read;
  }

  /** The last numbers, 0 where there is none; what is unknown is read, all at once. */
  async of(conversationIds: readonly string[]): Promise<Map<string, number>> {
    const unknown = conversationIds.filter((id) => !this.#numbers.has(id));
    const epoch = this.#epoch;
    const found = unknown.length > 0 ? await this.#read(unknown) : new Map<string, number>();
    const numbers = new Map<string, number>();
    for (const id of conversationIds) {
      const seq = Math.max(this.#numbers.get(id) ?? 0, found.get(id) ?? 0);
      numbers.set(id, seq);
      // What was read before everything was forgotten serves this once.
      if (epoch === this.#epoch) this.#set(id, seq);
    }
    return numbers;
  }

  /** After a commit that was acknowledged by a majority. */
  advance(conversationId: string, seq: number): void {
    if (seq > (this.#numbers.get(conversationId) ?? 0)) this.#set(conversationId, seq);
  }

  /** Another node says so: believed when the number before is known and the step is small. */
  believe(conversationId: string, seq: number): void {
    const known = this.#numbers.get(conversationId);
    if (known === undefined || seq <= known) return;
    if (seq - known <= tuning.log.believedAdvance) this.#set(conversationId, seq);
    else this.#numbers.delete(conversationId);
  }

  forget(conversationIds: Iterable<string>): void {
    for (const id of conversationIds) this.#numbers.delete(id);
  }

  /** After every change of the topology: what was read or heard before may be stale. */
  forgetAll(): void {
    this.#epoch += 1;
    this.#numbers.clear();
  }

  #set(conversationId: string, seq: number): void {
    this.#numbers.delete(conversationId); // so that the order of the map is the order of use
    this.#numbers.set(conversationId, seq);
    if (this.#numbers.size > tuning.log.knownNumbers)
      this.#numbers.delete(this.#numbers.keys().next().value as string);
  }
}
