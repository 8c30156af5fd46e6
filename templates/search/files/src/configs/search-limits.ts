/** What bounds search, and the feed of its entries. */
export const searchLimits = {
  queryCharacters: 128, // code points
  words: 8, // of a query
  prefixCharacters: 3, // at least, before a star
  termCharacters: 32, // what is longer is cut, in messages and queries alike
  termsPerMessage: 200,
  defaultItems: 20,
  feed: {
    everyMs: 1_000, // one transaction of a node
    states: 500, // of messages, in one transaction
    conversations: 100, // in one transaction
    sweepEvery: 60, // rounds: how long what a node noted and forgot, as by a crash, is missing
    sweepPage: 2_000, // conversations whose heads are compared in one round
  },
} as const;
