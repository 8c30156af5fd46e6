import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { rooms } from '../../src/platform/sockets/socket-api.ts';
import type { TestApp, TestUser } from './app.ts';

/** Blocks between a user and so many others who are in no conversation, half of them made by these. */
export async function blockNobodies({ app }: TestApp, { id }: TestUser, count: number) {
  const rows = Array.from({ length: count }, (_, index) => {
    const [user, blocked] = index % 2 ? [toObjectId(id), newId()] : [newId(), toObjectId(id)];
    return { user, blocked, timestamp: new Date() };
  });
  await app.connection.collection('blocks').insertMany(rows);
}

/** Of each notice of a name from now on, the rooms of users that do not get it. */
export function watchExcepts({ app }: TestApp, name: string): string[][] {
  const { adapter } = app.io.of('/');
  const broadcast = adapter.broadcast.bind(adapter);
  const excepts: string[][] = [];
  adapter.broadcast = (packet, options) => {
    if (packet.data[0] === name) excepts.push([...(options.except ?? [])].toSorted());
    broadcast(packet, options);
  };
  return excepts;
}

export const roomsOf = (...users: readonly TestUser[]): string[] =>
  users.map(({ id }) => rooms.user(id)).toSorted();
