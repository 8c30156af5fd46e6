/** What bounds search, and the feed of its entries. */
export const searchLimits = {
  queryCharacters: 128, // code points
  words: 8, // of a query
  prefixCharacters: 3, // at least, before a star
  termCharacters: 32, // what is longer is cut, in messages and queries alike
  termsPerMessage: 200,
  foldedUnits: 16_000, // UTF-16, of a decomposed text; for a message of ordinary letters enough
  turnMs: 5, // how long words are looked for while nothing else is done
  defaultItems: 20,
  feed: {
    everyMs: 1_000, // one transaction of a node
    states: 500, // of messages, in one transaction
    statesAtOnce: 100, // of them in memory: a text is up to 16 KB there, twice
    conversations: 100, // in one transaction
    sweepEvery: 60, // rounds: how long what a node noted and forgot, as by a crash, is missing
    sweepPage: 1_000, // conversations whose heads are compared at once
    sweepMs: 200, // how long that goes on in one round
  },
} as const;
