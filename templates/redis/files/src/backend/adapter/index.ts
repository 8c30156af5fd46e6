import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Feature } from '../feature.ts';
import { connectMs, createRedisClient, onReturn } from './client.ts';
import { createPublisher } from './publisher.ts';

/**
 * Joins this node to the others over Redis. Nothing that must not be lost goes this way: while
 * Redis is unavailable each node serves its own sockets, and once it is back clients are told to
 * sync.
 */
export const adapter: Feature = ({ env, log, models, sockets }) => {
  if (env.REDIS_URL === undefined) {
    log.warn('without REDIS_URL this node does not talk to others');
    return {};
  }
  const client = createRedisClient(env.REDIS_URL);
  client.on('ready', () => log.info('Redis answers'));
  client.on('error', (error: Error) => log.warn({ err: error }, 'Redis is unavailable'));
  onReturn(client, () => sockets.resync());

  return {
    async start() {
      const connected = client.connect().catch((error: unknown) => {
        log.warn({ err: error }, 'Redis cannot be reached');
      });
      const prefix = `chat:${models.users.db.name}`; // several backends may share one Redis
      sockets.cluster.join(
        createAdapter(
          createPublisher(client, () => sockets.resync()),
          {
            streamName: prefix,
            channelPrefix: prefix,
          },
        ),
        async () => client.destroy(),
      );
      await Promise.race([connected, new Promise((resolve) => setTimeout(resolve, connectMs))]);
    },
  };
};
