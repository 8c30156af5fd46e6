import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { SocketNotifier } from '../../src/platform/sockets/notifier.ts';
import { rooms } from '../../src/platform/sockets/socket-api.ts';
import type { TestApp, TestUser } from './app.ts';
import { onTestFinished } from './finish.ts';

/** Blocks between a user and so many others who are in no conversation, half of them made by these. */
export async function blockNobodies({ app }: TestApp, { id }: TestUser, count: number) {
  const rows = Array.from({ length: count }, (_, index) => {
    const [user, blocked] = index % 2 ? [toObjectId(id), newId()] : [newId(), toObjectId(id)];
    return { user, blocked, timestamp: new Date() };
  });
  await app.connection.collection('blocks').insertMany(rows);
}

/**
 * Of each notice of a name to a conversation from now on, the rooms of users that do not get it. No
 * spy of the runner: the end of another test beside this one would restore it.
 */
export function watchExcepts(conversationId: string, name: string): string[][] {
  const excepts: string[][] = [];
  const { prototype } = SocketNotifier;
  const notify = Reflect.get(prototype, 'notify');
  prototype.notify = function (notice, options) {
    if (notice.name === name && notice.room === rooms.conversation(conversationId))
      excepts.push([...(options?.except ?? [])].toSorted());
    notify.call(this, notice, options);
  };
  onTestFinished(() => void (prototype.notify = notify));
  return excepts;
}

export const roomsOf = (...users: readonly TestUser[]): string[] =>
  users.map(({ id }) => rooms.user(id)).toSorted();
