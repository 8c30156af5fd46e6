import { createAdapter } from '@socket.io/mongo-adapter';
import { mongo } from 'mongoose';
import type { Feature } from '../feature.ts';

const maxWaiting = 100; // events given to a database that does not answer

/**
 * Joins this node to the others over the database, through a change stream. Every batch of messages
 * is one more write: Redis is faster. Nothing that must not be lost goes this way.
 */
export const adapter: Feature = ({ models, sockets }) => {
  function createEvents() {
    const events = models.clusterEvents.collection as unknown as mongo.Collection;
    let waiting = 0;
    let hasDropped = false;
    return {
      watch: events.watch.bind(events),
      /** The adapter does not await it: it never rejects, and what does not fit is dropped. */
      async insertOne(event: object) {
        const none = { insertedId: new mongo.ObjectId() };
        if (waiting >= maxWaiting) {
          hasDropped = true;
          return none;
        }
        waiting += 1;
        try {
          const inserted = await events.insertOne(event, { writeConcern: { w: 1 } });
          if (hasDropped) {
            hasDropped = false;
            sockets.resync();
          }
          return inserted;
        } catch {
          hasDropped = true;
          return none;
        } finally {
          waiting -= 1;
        }
      },
    };
  }

  return {
    async start() {
      const events = createEvents() as unknown as Parameters<typeof createAdapter>[0];
      sockets.cluster.join(createAdapter(events, { addCreatedAtField: true }), async () => {});
    },
  };
};
