import { createClient } from '@redis/client';

export const connectMs = 5_000;
const silentMs = 10_000; // without an answer the connection is replaced
const maxPauseMs = 2_000; // between two tries to connect

export type RedisClient = ReturnType<typeof createRedisClient>;

/** Creates a client that comes back for as long as it is wanted; it is not connected yet. */
export function createRedisClient(url: string) {
  return createClient({
    url,
    RESP: 2, // the adapter reads answers in this form
    pingInterval: silentMs / 2,
    socket: {
      connectTimeout: connectMs,
      socketTimeout: silentMs,
      // The default strategy gives a Redis up for ever that was silent once.
      reconnectStrategy: (tries) => Math.min(2 ** tries * 50, maxPauseMs),
    },
  });
}

/** Calls back whenever the connection is there again after it was lost. */
export function onReturn(client: RedisClient, back: () => void): void {
  let isAway = false;
  client.on('error', () => (isAway = true));
  client.on('ready', () => {
    if (isAway) back();
    isAway = false;
  });
}
