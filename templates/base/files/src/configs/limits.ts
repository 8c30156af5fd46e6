/**
 * What bounds the backend, each number with its unit; the rhythm of a feature stands with it.
 *
 * Imports nothing, so that the contract can build its schemas from the same numbers.
 * Rates and caps are multiplied by `RATE_LIMIT_FACTOR` where they are applied.
 */
export const limits = {
  message: {
    contentCharacters: 4_000, // code points
    contentBytes: 16_384, // UTF-8
    clientMessageIdCharacters: 64,
  },
  page: {
    defaultItems: 50,
    maxItems: 100,
  },
  sync: {
    maxConversations: 50, // cursors a command
    resetBehind: 500, // messages or changes; farther behind gets the latest page
    answerBytes: 256 * 1024,
    headsWindowMs: 50, // asks for heads that arrive within this time share one query
    requiredSpreadMs: 5_000, // after notices were lost, clients are told to sync within it
  },
  account: {
    usernameMinCharacters: 3,
    usernameMaxCharacters: 32,
    displayNameCharacters: 64,
    emailCharacters: 254, // RFC 5321 section 4.5.3.1
    avatarUrlCharacters: 2_048,
    passwordMinCharacters: 15, // code points
    passwordMaxCharacters: 128, // code points
    passwordBytes: 1_024,
    deviceLabelCharacters: 64,
    devices: 50, // a user; the oldest ones expire
    searchPrefixCharacters: 3,
  },
  conversation: {
    nameCharacters: 80,
    groupMembers: 256,
    channelMembers: 10_000,
    initialMembers: 100, // named when it is created
    perUser: 5_000, // memberships a user
    quietAboveMembers: 100, // no typing, no receipts to others, joins not announced
    membershipCacheMs: 1_000,
  },
  lane: {
    count: 2, // commit lanes a process; two are best on two cores and no worse on more
    batchMessages: 500,
    queuedMessages: 1_000,
    queuedBytes: 8 * 1024 * 1024,
    sendDeadlineMs: 5_000, // from acceptance to verdict
    conflictsBeforeWaiting: 2, // from the next one on it waits
    conflictWaitMinMs: 5,
    conflictWaitMaxMs: 50,
    believedHeadAdvance: 500, // a larger jump told by another node is not believed
    knownHeads: 50_000, // conversations whose head a node remembers
  },
  token: {
    accessSeconds: 15 * 60,
    refreshIdleSeconds: 7 * 24 * 3_600,
    refreshAbsoluteSeconds: 30 * 24 * 3_600,
    refreshGraceMs: 10_000, // a lost answer is not a theft
    clockToleranceSeconds: 5,
    expiryWarningMs: 30_000,
  },
  password: {
    memoryKibibytes: 19_456,
    iterations: 2,
    parallelism: 1,
    hashesInFlight: 2,
    hashesWaiting: 64,
  },
  http: {
    bodyBytes: 32 * 1024,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 15_000,
    connectionsCheckMs: 1_000,
    requestsPerSocket: 1_000,
    connections: 12_000,
  },
  input: {
    depth: 8,
    arrayItems: 100,
    objectKeys: 50,
  },
  socket: {
    frameBytes: 64 * 1024,
    pingIntervalMs: 20_000,
    pingTimeoutMs: 15_000,
    connectTimeoutMs: 5_000,
    perUser: 10,
    perAddress: 100,
    total: 10_000,
    revalidateMs: 5_000, // devices and memberships of open sockets, with several nodes
    revalidateAloneMs: 60_000,
    slowReaderBytes: 4 * 1024 * 1024, // closed at once above this
    slowReaderHeldBytes: 1024 * 1024, // closed when above this for slowReaderHeldMs
    slowReaderHeldMs: 5_000,
    pendingCommands: 250, // of one socket, waiting for their turn: each may be a whole frame
    strikes: 50, // refused commands before the socket is closed
    strikeBanSeconds: 60,
  },
  rate: {
    // points in a window of seconds; `burst` is how many may come at once
    global: { perSecond: 100, burst: 200 }, // an address
    history: { perSecond: 5, burst: 20 }, // a user
    search: { perSecond: 1, burst: 10 }, // a user
    send: { perSecond: 5, burst: 20 }, // a user
    typing: { perSecond: 1, burst: 3 }, // a user
    join: { perSecond: 0.5, burst: 10 }, // a user
    receipt: { perSecond: 5, burst: 20 }, // a user
    sync: { perSecond: 5, burst: 50 }, // a user
    write: { perSecond: 5, burst: 20 }, // a user: edits, deletes, changes of conversations
    anyEvent: { perSecond: 30, burst: 60 }, // a socket
    registerPerHour: 3, // an address
    refreshPerMinute: 10, // a device
    loginPerQuarterHour: 20, // an address
    loginFreeTries: 5, // an account; then the delay doubles up to loginMaxDelaySeconds
    loginMaxDelaySeconds: 15 * 60,
    conversationsPerDay: 20, // a user
    newDirectPerHour: 20, // a user, with people they had no conversation with
    invitesToOneUserPerHour: 5,
  },
  database: {
    queryMs: 2_000,
    serverSelectionMs: 5_000,
    connectMs: 5_000, // also bounds a heartbeat, so how long a silent server counts as present
    socketTimeoutMs: 20_000, // above the send deadline, which is raced by hand
    heartbeatMs: 2_000, // halves the pause when a primary freezes
    waitQueueMs: 2_000,
    pool: 20, // connections
    startSeconds: 60, // how long a start waits for the database
  },
  shutdown: {
    totalMs: 25_000,
    noticeMs: 2_000, // served on in production after /readyz says 503, until proxies have seen it
    requestsMs: 5_000, // for running requests, once nothing new is taken
    reconnectSpreadMs: 10_000, // clients get a moment within it; in production it is waited for
    closeSliceSockets: 100,
    closeSliceMs: 100,
    goodbyeMs: 1_000, // for the other end of a socket to answer its end
  },
  overload: {
    loopLagMs: 200, // p99 of the event loop's delay
    windowMs: 5_000, // over which it is taken; a single pause is no overload
    requestsInFlight: 1_000, // requests and commands that wait for their answer
  },
} as const;

/** A bucket: how fast it refills and how much may come at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}
