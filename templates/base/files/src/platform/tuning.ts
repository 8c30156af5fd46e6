/** Settings of the machinery: measured numbers, not rules of the product, each with its unit. */
export const tuning = {
  log: {
    batchMessages: 500, // one insert
    queuedMessages: 1_000,
    queuedBytes: 8 * 1024 * 1024,
    deadlineCheckMs: 50, // how late a send may learn that its deadline has passed
    conflictsBeforeWaiting: 2, // from the next one on it waits
    retryMinMs: 5,
    retryMaxMs: 50,
    knownNumbers: 50_000, // conversations whose last number a node remembers
    believedAdvance: 500, // a larger step told by another node is not believed
    batchChanges: 500, // of one conversation, one transaction
    waitingChanges: 2_000, // of one conversation
  },
} as const;
