/** Codes of servers that are not primary, shutting down, or slower than `maxTimeMS`. */
const passingCodes = new Set([50, 91, 189, 10_107, 11_600, 11_602, 13_435, 13_436]);

const names = new Set([
  'MongooseServerSelectionError',
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoOperationTimeoutError',
]);

/** Whether the database could not be asked, or not in time: the same request may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    names.has(error.name) ||
    (error.name.startsWith('Mongo') && passingCodes.has(Number(code))) ||
    // Mongoose has no name of its own for an operation without a connection.
    (error.name === 'MongooseError' && error.message.includes('bufferCommands'))
  );
}

/** Whether an error is a duplicate key, and in which fields. */
export function duplicateKeyOf(error: unknown): readonly string[] | undefined {
  const { code, keyPattern } = error as { code?: unknown; keyPattern?: object };
  return code === 11_000 ? Object.keys(keyPattern ?? {}) : undefined;
}
