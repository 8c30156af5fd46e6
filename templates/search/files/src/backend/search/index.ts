import { limits } from '../../configs/limits.ts';
import { searchLimits } from '../../configs/search-limits.ts';
import { searchRoutes } from '../../contract/search.ts';
import { ProjectionFeed } from '../../platform/log/projection-feed.ts';
import type { Feature } from '../feature.ts';
import { createProjection } from './feed.ts';
import { MongoEntries } from './mongo-entries.ts';
import { searchMessages } from './searching.ts';

/** Words of messages, found in one's own conversations. */
export const search: Feature = (context) => {
  const { api, clock, events, history, jobs, log, models, readiness, timers } = context;
  const engine = new MongoEntries(models);
  const projection = createProjection(models, history, engine);
  const feed = new ProjectionFeed({
    ...searchLimits.feed,
    projection,
    timers,
    clock,
    log,
    isOverloaded: () => readiness.overloaded,
    storedWithinMs: limits.message.sendDeadlineMs,
  });

  api.route(searchRoutes.searchMessages, async ({ query, caller }) => {
    const page = await searchMessages(context, engine, caller.userId, query);
    return { 200: { ...page, indexedUntil: feed.wholeUntil?.toISOString() ?? null } };
  });
  events.on('message:created', ({ message }) => feed.note(message.conversationId));
  events.on('message:changed', ({ message }) => feed.note(message.conversationId));
  // What the account wrote is deleted by now; no entry outlives the job.
  jobs.handle('erase-account', async (userId, signal) => {
    const rows = await models.memberships.find({ user: userId }, { conversation: 1 }).lean();
    await projection.catchUp(
      rows.map((row) => String(row.conversation)),
      signal,
    );
  });
  return {
    async start() {
      feed.start();
    },
    stop: () => feed.stop(),
  };
};
