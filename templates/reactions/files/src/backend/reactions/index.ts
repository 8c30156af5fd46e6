import { limits } from '../../configs/limits.ts';
import { reactionRoutes } from '../../contract/reactions.ts';
import { badCursor, notFound } from '../../platform/errors/app-error.ts';
import type { Feature } from '../feature.ts';
import { Reactions } from './reactions.service.ts';
import { takeBackAll } from './taking-back.ts';
import { readVoters } from './voters.ts';

interface Place {
  readonly conversationId: string;
  readonly messageId: string;
  readonly key: string;
}

/** Emoji of members under messages. */
export const reactions: Feature = (context) => {
  const { access, api, history, jobs, messages, models, sockets } = context;
  const service = new Reactions(models);
  messages.extend(service.part);
  const change = messages.change(service.kind);
  const takeBack = messages.change(service.takingBack);

  async function react(place: Place, userId: string, isAdded: boolean) {
    const permission = isAdded ? 'react' : 'read';
    const { memberCount } = await access.require(userId, place.conversationId, permission);
    const isQuiet = memberCount > limits.conversation.quietAboveMembers;
    return { message: await change({ ...place, userId, isAdded, isQuiet }) };
  }

  sockets.command('reaction:add', (place, { userId }) => react(place, userId, true));
  sockets.command('reaction:remove', (place, { userId }) => react(place, userId, false));
  api.route(reactionRoutes.addReaction, async ({ params, caller }) => ({
    200: await react(params, caller.userId, true),
  }));
  api.route(reactionRoutes.removeReaction, async ({ params, caller }) => ({
    200: await react(params, caller.userId, false),
  }));
  api.route(reactionRoutes.listReactions, async ({ params, query, caller }) => {
    const { conversationId, messageId, key } = params;
    await access.require(caller.userId, conversationId, 'read');
    const found = await history.viewsOf(conversationId, [messageId]);
    if (!found.has(messageId)) throw notFound();
    const page = await readVoters(models, messageId, key, query);
    if (page === undefined) throw badCursor();
    return { 200: page };
  });
  jobs.handle('erase-account', (userId, signal) => takeBackAll(models, takeBack, userId, signal));
  return {};
};
