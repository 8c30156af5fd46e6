import { userRoutes } from '../../../contract/users.ts';
import type { OpenModels } from '../../../models/index.ts';
import type { Api } from '../../http/api.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Events } from '../../shared/events.ts';
import type { Limiters } from '../../shared/limiters.ts';
import { createUsersService, type Users } from './users.service.ts';

export type { Users } from './users.service.ts';

/** Profiles, search and blocks; mounts their routes. */
export function createUsers(ports: {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly events: Events;
  readonly limiters: Limiters;
  readonly api: Api;
}): Users {
  const { api, events, limiters } = ports;
  const users = createUsersService(ports);

  api.route(userRoutes.getMe, async ({ caller }) => ({
    200: await users.me(caller.userId),
  }));
  api.route(userRoutes.updateMe, async ({ body, caller }) => ({
    200: await users.update(caller.userId, body),
  }));
  api.route(userRoutes.searchUsers, async ({ query, caller }) => {
    limiters.take('search', caller.userId);
    const items = await users.search(query.prefix, query.limit);
    return { 200: { items, nextCursor: null } };
  });
  api.route(userRoutes.getUser, async ({ params }) => ({
    200: await users.get(params.userId),
  }));
  api.route(userRoutes.blockUser, async ({ params, caller }) => {
    await users.block(caller.userId, params.userId);
    events.tell('user:blocked', { userId: caller.userId, blockedId: params.userId });
    return { 204: null };
  });
  api.route(userRoutes.unblockUser, async ({ params, caller }) => {
    await users.unblock(caller.userId, params.userId);
    events.tell('user:blocked', { userId: caller.userId, blockedId: params.userId });
    return { 204: null };
  });
  return users;
}
