/** What bounds threads. */
export const threadLimits = {
  // A page of messages: replies that are read. Where its threads have more, they are counted instead:
  repliesRead: 100,
  // What all its threads together have counted of them, before they share.
  countedReplies: 10_000,
  entriesAtOnce: 200, // of the index, to find the next messages that have replies
} as const;
