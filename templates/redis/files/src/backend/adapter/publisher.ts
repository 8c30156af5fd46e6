import { setTimeout as sleep } from 'node:timers/promises';
import { onReturn, type RedisClient } from './client.ts';

const pauseMs = 1_000; // after a failed read
const maxWaitingBytes = 4 * 1024 * 1024; // given to a Redis that does not answer
const alone = ['', '1']; // who is there: this node

/**
 * What the adapter uses of a client. It awaits none of its commands, so none of these rejects; and
 * none waits for an unreachable Redis, or its queue would grow for as long. `missed` is called once
 * Redis answers again after something was lost.
 */
export function createPublisher(client: RedisClient, missed: () => void) {
  let waitingBytes = 0;
  let hasDropped = false;

  return {
    /** By this method the adapter knows the kind of client. */
    sSubscribe() {},
    /** For reading: these wait, as they must for the reading to go on once Redis is back. */
    duplicate() {
      const reader = client.duplicate();
      onReturn(reader, missed);
      const read = reader.xRead.bind(reader);
      // The adapter reads again at once after a failure: one that is immediate would never let go.
      const patient = async (...what: Parameters<typeof read>) =>
        read(...what).catch(async (error: unknown) => {
          await sleep(pauseMs);
          throw error;
        });
      return Object.assign(reader, { xRead: patient });
    },
    async publish(channel: string, payload: Buffer): Promise<unknown> {
      if (!client.isReady) return undefined;
      if (waitingBytes > maxWaitingBytes) {
        hasDropped = true;
        return undefined;
      }
      waitingBytes += payload.length;
      try {
        return await client.publish(channel, payload);
      } catch {
        return undefined; // the client has logged it
      } finally {
        waitingBytes -= payload.length;
        if (hasDropped && waitingBytes === 0 && client.isReady) {
          hasDropped = false;
          missed();
        }
      }
    },
    /** Asks who is there. */
    async sendCommand(command: string[]): Promise<unknown> {
      if (!client.isReady) return alone;
      return client.sendCommand(command).catch(() => alone);
    },
  };
}
