import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import { createApi, type Api } from '../../client/api.ts';
import type { ChatSocket } from '../../client/connection.ts';
import { limits } from '../../src/configs/limits.ts';
import type { LoadOptions } from './options.ts';

/** A user with a sign-in and a socket. */
export interface Member {
  readonly id: string;
  readonly api: Api;
  readonly socket: ChatSocket;
}

/** Members who talk to each other in one conversation. */
export interface Room {
  readonly id: string;
  readonly members: readonly Member[];
}

/** Steps at once: a password costs the server a hash, and few hashes may wait. */
const atOnce = 16;
const connectMs = 30_000;

/**
 * Registers new users, puts them into rooms and connects them; the last room may have more members
 * than the others.
 *
 * @throws ProblemError when the server refuses one of the steps
 */
export async function gather(
  url: string,
  { users, room }: Pick<LoadOptions, 'users' | 'room'>,
): Promise<readonly Room[]> {
  const prefix = `load-${randomBytes(5).toString('hex')}`;
  const apis = await inParallel(
    Array.from({ length: users }, (_, index) => `${prefix}-${index}`),
    (username) => register(url, username),
  );
  const groups = divide(apis, room);
  const ids = await inParallel(groups, openRoom);
  const rooms: Room[] = [];
  for (const [index, group] of groups.entries()) {
    const members = await inParallel(group, async (api) => {
      return { id: idOf(api), api, socket: await connect(url, api) };
    });
    rooms.push({ id: ids[index] as string, members });
  }
  return rooms;
}

/** Closes all sockets. */
export function dismiss(rooms: readonly Room[]): void {
  for (const { members } of rooms) for (const { socket } of members) socket.disconnect();
}

/** Works on some of the items at a time; the answers stand in the order of the items. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const rest = items.entries();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const [index, item] of rest) answers[index] = await work(item);
  });
  await Promise.all(workers);
  return answers;
}

async function register(url: string, username: string): Promise<Api> {
  const api = createApi(url, { load: () => null, save: () => {} });
  const password = randomBytes(18).toString('base64url');
  await api.register({ username, email: `${username}@example.com`, password });
  return api;
}

const idOf = (api: Api): string => api.session?.user.id as string;

/** Groups of a size; whoever is left over joins the last one. */
function divide<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.max(1, Math.floor(items.length / size));
  const groups = Array.from({ length: count }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
  const last = groups.at(-1) as Item[];
  for (const item of items.slice(count * size)) {
    if (last.length < limits.conversation.groupMembers) last.push(item);
  }
  return groups;
}

async function openRoom(group: readonly Api[]): Promise<string> {
  const [owner, ...others] = group as [Api, ...Api[]];
  const { initialMembers } = limits.conversation;
  const { id } = await owner.call<{ id: string }>('POST', '/conversations', {
    type: 'group',
    name: 'Load',
    members: others.slice(0, initialMembers).map(idOf),
  });
  for (const api of others.slice(initialMembers))
    await owner.call('PUT', `/conversations/${id}/members/${idOf(api)}`, {});
  return id;
}

/** Connects, and waits until the server says `ready`. */
async function connect(url: string, api: Api): Promise<ChatSocket> {
  const token = await api.token();
  const socket: ChatSocket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token },
  });
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('a socket is not ready in time')), connectMs);
    socket.once('ready', () => {
      clearTimeout(late);
      resolve();
    });
    socket.once('connect_error', reject);
  });
  return socket;
}
