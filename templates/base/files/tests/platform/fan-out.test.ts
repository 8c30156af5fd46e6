import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { done, next, startApp, type TestApp } from '../support/app.ts';

/** How often a message is turned into text between the send and the last notice of it. */
async function countSerialisations(app: TestApp, members: number): Promise<number> {
  const { conversationId, users } = await app.group(members);
  const sockets = await Promise.all(users.map((user) => user.connect()));
  const [sender] = sockets as [(typeof sockets)[0]];
  const content = randomUUID();
  const heard = sockets.map((socket) => next(socket, 'message:created'));
  const stringify = vi.spyOn(JSON, 'stringify');
  try {
    await done(sender, 'message:send', { conversationId, id: randomUUID(), content });
    for (const notice of await Promise.all(heard)) expect(notice.content).toBe(content);
    return stringify.mock.results.filter(({ value }) => String(value).includes(content)).length;
  } finally {
    stringify.mockRestore();
  }
}

it('C62 a notice is serialised once, however many members hear it', async () => {
  const app = await startApp();
  const few = await countSerialisations(app, 2);
  expect(few).toBeGreaterThan(0);
  expect(await countSerialisations(app, 20)).toBe(few);
});
