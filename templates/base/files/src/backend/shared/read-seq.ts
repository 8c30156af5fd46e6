/** The fields of a membership that say how far its user has read. */
export interface MarkedRow {
  readonly conversation: { toString(): string };
  readonly user: { toString(): string };
  readonly lastReadSeq: number;
}

/** How far people have read. */
export interface ReadSeqs {
  /** How far the user of a membership has read, by sending too, which its row may not say yet. */
  lastReadSeq(row: MarkedRow): number;
}
