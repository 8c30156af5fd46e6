import { userRoutes } from '../../contract/users.ts';
import type { OpenModels } from '../../models/index.ts';
import type { Api } from '../../platform/http/api.ts';
import type { Access } from '../shared/access.ts';
import type { Clock } from '../../platform/lib/time.ts';
import type { Events } from '../../platform/lib/events.ts';
import type { Names } from '../shared/names.ts';
import { Users } from './users.service.ts';

/** Profiles, search and blocks; mounts their routes. */
export function createUsers(ports: {
  readonly models: OpenModels;
  readonly clock: Clock;
  readonly events: Events;
  readonly names: Names;
  readonly access: Pick<Access, 'changePair'>;
  readonly api: Api;
}): Users {
  const { api, events } = ports;
  const users = new Users(ports);

  api.route(userRoutes.getMe, async ({ caller }) => ({
    200: await users.me(caller.userId),
  }));
  api.route(userRoutes.updateMe, async ({ body, caller }) => ({
    200: await users.update(caller.userId, body),
  }));
  api.route(userRoutes.searchUsers, async ({ query }) => {
    const items = await users.search(query.prefix, query.limit);
    return { 200: { items, nextCursor: null } };
  });
  api.route(userRoutes.getUser, async ({ params }) => ({
    200: await users.get(params.userId),
  }));
  api.route(userRoutes.blockUser, async ({ params, caller }) => {
    const { userId: blockedId } = params;
    if (await users.block(caller.userId, blockedId))
      events.emit('user:blocked', { userId: caller.userId, blockedId });
    return { 204: null };
  });
  api.route(userRoutes.unblockUser, async ({ params, caller }) => {
    const { userId: blockedId } = params;
    if (await users.unblock(caller.userId, blockedId))
      events.emit('user:blocked', { userId: caller.userId, blockedId });
    return { 204: null };
  });
  return users;
}
