/** What bounds threads. */
export const threadLimits = {
  // A page of messages: what all its threads together have counted of them, before they share.
  countedReplies: 10_000,
} as const;
