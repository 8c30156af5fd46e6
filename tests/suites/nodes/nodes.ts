import { io } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { createChat, type Chat } from '../../client/chat.ts';
import { startApp, testVariables, type TestApp, type TestUser } from '../support/app.ts';
import { startRedis } from '../machines/redis.ts';

/** Nodes of one backend: one database and, where the project has that adapter, one Redis. */
export async function startNodes(
  count: number,
  changes: Record<string, string> = {},
): Promise<[TestApp, TestApp, ...TestApp[]]> {
  const variables = testVariables(changes);
  if (process.env['ADAPTER'] === 'redis') variables['REDIS_URL'] ??= (await startRedis()).url;
  const nodes: TestApp[] = [];
  for (let node = 0; node < count; node += 1) nodes.push(await startApp(variables));
  return nodes as [TestApp, TestApp, ...TestApp[]];
}

/** The reference client of a user, at a node or at what stands before it; it ends with the test. */
export function chatAt(url: string, user: TestUser): Chat {
  const chat = createChat({ url, io, token: async () => user.token });
  onTestFinished(chat.close);
  return chat;
}
