/** What bounds threads. */
export const threadLimits = {
  // A page of messages: what all its threads together have counted of them, before they share.
  countedReplies: 10_000,
  entriesAtOnce: 200, // of the index, to find the next messages that have replies
} as const;
