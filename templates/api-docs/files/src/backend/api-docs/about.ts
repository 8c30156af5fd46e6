import type { RouteContract } from '../../contract/define.ts';

/** What both documents and the page say about the API; the version is that of its paths. */
export const about = {
  title: 'Chat API',
  version: '1',
  description:
    'Conversations, messages and their readers: requests over HTTP, commands and notices over Socket.IO.',
} as const;

/** What a client sends to sign in to each of the two. */
export const signIn = {
  http: 'Authorization: Bearer <access token>',
  socket: "io(url, { transports: ['websocket'], auth: { token } })",
} as const;

/** The group of a route: the first part of its path, and one group for those outside the API. */
export const tagOf = (route: RouteContract): string =>
  route.root ? 'node' : (route.path.split('/')[1] ?? '');
