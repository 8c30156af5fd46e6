/** What refers to one message. */
export interface Referring {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  readonly lastSeq: number;
}

/** Messages that name the place of another one in a field, by an index of conversation, field and seq. */
export interface References {
  /**
   * How many messages refer to each of these places; those without any are left out. At most
   * `budget` entries of the index are read: what is too much is counted in fair shares.
   */
  of(
    conversationId: string,
    seqs: readonly number[],
    budget: number,
  ): Promise<ReadonlyMap<number, Referring>>;
  /** The places below one that messages refer to, the highest first. */
  places(conversationId: string, below: number, size: number): Promise<readonly number[]>;
}
