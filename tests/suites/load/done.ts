/** A message as somebody sees it, as far as it is changed here. */
export interface SeenMessage {
  readonly id: string;
  readonly rev: number;
  readonly content: string | null;
  /** Keys with their counts, in the order of the keys. */
  readonly reactions: string;
  readonly mine: readonly string[];
}

/** What a user has done, as it was acknowledged. */
export interface Done {
  readonly userId: string;
  /** The keys that the user has chosen, by message. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  /** What the user's own message says. */
  readonly said: { readonly id: string; readonly content: string };
}
