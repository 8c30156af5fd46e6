const mostWaitingBytes = 4 * 1024 * 1024; // given to a Redis that does not answer
const alone = ['', '1']; // who is there: this node

/** What is used of a client of Redis. */
interface Client {
  readonly isReady: boolean;
  duplicate(): unknown;
  publish(channel: string, payload: Buffer): Promise<unknown>;
  sendCommand(command: string[]): Promise<unknown>;
}

/**
 * What the adapter uses of a client. It awaits none of its commands, so none of these rejects; and
 * none waits for a Redis that is away, or its queue would grow for as long.
 */
export function createPublisher(client: Client) {
  let waitingBytes = 0;

  return {
    /** By this method the adapter knows the kind of client. */
    sSubscribe() {},
    /** For reading: these wait, as they must for the reading to go on once Redis is back. */
    duplicate: () => client.duplicate(),
    async publish(channel: string, payload: Buffer): Promise<unknown> {
      if (!client.isReady || waitingBytes > mostWaitingBytes) return undefined;
      waitingBytes += payload.length;
      try {
        return await client.publish(channel, payload);
      } catch {
        return undefined; // the client has logged it
      } finally {
        waitingBytes -= payload.length;
      }
    },
    /** Asks who is there. */
    async sendCommand(command: string[]): Promise<unknown> {
      if (!client.isReady) return alone;
      return client.sendCommand(command).catch(() => alone);
    },
  };
}
