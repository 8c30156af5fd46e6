/**
 * The limits of the backend, each number with its unit; intervals of a feature stand in the
 * feature.
 *
 * Imports nothing, so that the contract can build its schemas from the same numbers. Rates and
 * maxima are multiplied by `RATE_LIMIT_FACTOR` where they are applied.
 */
export const limits = {
  message: {
    contentCharacters: 4_000, // code points
    contentBytes: 16_384, // UTF-8
    sendDeadlineMs: 5_000, // from its arrival to its answer
  },
  page: {
    defaultItems: 50,
    maxItems: 100,
    countedDeleted: 10_000, // unread messages that were deleted, of all conversations of a page
  },
  sync: {
    maxConversations: 50, // cursors a command
    resetBehind: 500, // messages or changes; further behind gets the latest page
    answerBytes: 256 * 1024,
    headsWindowMs: 50, // requests for heads that arrive within this time share one query
    requiredSpreadMs: 5_000, // after a loss of notices, clients are told to sync within this time
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
    blocks: 1_000, // that a user made
    searchPrefixCharacters: 3,
  },
  conversation: {
    nameCharacters: 80,
    groupMembers: 256,
    channelMembers: 10_000,
    initialMembers: 100, // named when it is created
    perUser: 5_000, // memberships a user
    quietAboveMembers: 100, // no typing, no receipts to others, joins not announced
  },
  token: {
    accessSeconds: 15 * 60,
    refreshIdleSeconds: 7 * 24 * 3_600,
    refreshAbsoluteSeconds: 30 * 24 * 3_600,
    refreshGraceMs: 10_000, // a lost answer is not a theft
    clockToleranceSeconds: 5,
    knownDeviceDays: 400,
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
    bodyBytes: 64 * 1024, // the longest message is 49 kB when JSON escapes every character of it
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 15_000, // of a body that is read as JSON
    streamTimeoutMs: 15 * 60_000, // of one that a feature reads as it comes
    connectionsCheckMs: 1_000,
    keepAliveMs: 5_000, // between requests; a proxy must close its connections sooner
    requestsPerSocket: 1_000,
    connections: 12_000,
    connectionsPerAddress: 300,
    unfinishedBodies: 16, // of an address, once they have lasted unfinishedBodyMs
    unfinishedBodyMs: 1_000,
    idleMs: 30_000, // a connection on which nothing moves, also one whose answer nobody reads
  },
  input: {
    depth: 8,
    arrayItems: 100,
    objectKeys: 50,
  },
  socket: {
    frameBytes: 64 * 1024, // as a body, and for the same reason
    pingIntervalMs: 20_000,
    pingTimeoutMs: 15_000,
    connectTimeoutMs: 5_000,
    perUser: 10,
    perAddress: 100,
    total: 10_000,
    revalidateMs: 5_000, // devices and memberships of open sockets, and known rights, with several nodes
    revalidateAloneMs: 60_000,
    slowConsumerBytes: 4 * 1024 * 1024, // closed at once above this
    slowConsumerHeldBytes: 1024 * 1024, // closed when above this for slowConsumerHeldMs
    slowConsumerHeldMs: 5_000,
    pendingCommands: 250, // of one socket, waiting for their turn: each may be a whole frame
    emptyMs: 45_000, // a connection whose client has left and not come back
    violations: { perSecond: 0.2, burst: 50 }, // a user: the last one closes the socket; they expire
    violationBanSeconds: 60,
  },
  rate: {
    // points in a window of seconds; `burst` is how many may come at once
    global: { perSecond: 100, burst: 200 }, // an address
    history: { perSecond: 5, burst: 20 }, // a user
    list: { perSecond: 5, burst: 20 }, // a user: pages of conversations, members, sign-ins
    read: { perSecond: 10, burst: 50 }, // a user: one thing at a time
    search: { perSecond: 1, burst: 10 }, // a user
    send: { perSecond: 5, burst: 20 }, // a user
    typing: { perSecond: 1, burst: 3 }, // a user
    join: { perSecond: 0.5, burst: 10 }, // a user
    react: { perSecond: 5, burst: 20 }, // a user: reactions, given and taken back
    receipt: { perSecond: 5, burst: 20 }, // a user
    sync: { perSecond: 5, burst: 50 }, // a user
    write: { perSecond: 5, burst: 20 }, // a user: edits, deletes, changes of what is theirs
    export: { perSecond: 1, burst: 5 }, // a user: pages of an export
    upload: { perSecond: 0.5, burst: 20 }, // a user: files that are begun
    download: { perSecond: 10, burst: 60 }, // a user: addresses of files
    anyEvent: { perSecond: 30, burst: 60 }, // a socket
    handshake: { perSecond: 10, burst: 200 }, // an address: twice all its sockets may come at once
    renew: { perSecond: 1, burst: 20 }, // a user: newer tokens for open sockets
    registerPerHour: 3, // an address
    refreshPerMinute: 10, // a device
    loginPerQuarterHour: 20, // an address, or a device that is known
    loginFreeTries: 5, // a login from a network; then the delay doubles up to loginMaxDelaySeconds
    loginMaxDelaySeconds: 15 * 60,
    knownDeviceFreeTries: 10, // then the same delay
    guardedFromFailures: 100, // at one login in a day, from devices that are not known
    guardedTriesPerDay: 3, // a network, at a login that is guarded
    wrongPasswordsPerHour: 5, // a device that is signed in
    passwordChangesPerHour: 10, // a device
    conversationsPerDay: 20, // a user
    newDirectPerHour: 20, // a user: new direct conversations, and strangers added to others
    invitesToOneUserPerHour: 5,
    exportsPerHour: 5, // a user: first pages
  },
  database: {
    queryMs: 2_000,
    pingMs: 1_000, // then /readyz says that the database does not answer
    transactionMs: 5_000, // over which it is tried again when it conflicts with another one
    serverSelectionMs: 5_000,
    connectMs: 5_000, // also bounds a heartbeat, so how long a silent server counts as present
    socketTimeoutMs: 20_000, // above the send deadline, which is a race of our own
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
    goodbyeMs: 1_000, // for the other end of a socket to answer its close frame
  },
  loadShedding: {
    loopLagMs: 200, // p99 of the event loop's delay
    windowMs: 5_000, // over which it is measured; a single pause is not enough
    requestsInFlight: 1_000, // requests and commands that wait for their answer
  },
} as const;

/** The name of a rate limit of this node; the other rates are shared by the whole deployment. */
export type RateName = {
  [Name in keyof typeof limits.rate]: (typeof limits.rate)[Name] extends Rate ? Name : never;
}[keyof typeof limits.rate];

/** How fast a rate limit refills and how much may come at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}
