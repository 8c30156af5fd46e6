import { messageRoutes } from '../../../contract/messages.ts';
import type { Api } from '../../http/api.ts';
import { createChanges, type Changes } from './changes.ts';
import { createErasing, type Erasing } from './erasing.ts';
import type { MessagePorts } from './ports.ts';
import { createRewriting } from './rewriting.ts';
import { createSending, type Sending } from './sending.ts';
import { createSync, type Sync } from './sync.ts';

export { createHistory } from './history.ts';
export { createReadMarks } from './read-marks.ts';

/** Messages: sending, changing, reading, and what clients missed; mounts routes and commands. */
export function createMessages(ports: MessagePorts & { readonly api: Api }): Erasing & {
  /** Resolves once nothing is under way and what may be late is stored. */
  idle(): Promise<void>;
} {
  const sending = createSending(ports);
  const rewrite = createRewriting(ports);
  const changes = createChanges(ports, rewrite);
  const sync = createSync(ports);
  mountRoutes(ports, sending, changes, sync);
  mountCommands(ports, sending, changes, sync);
  return {
    ...createErasing(ports, rewrite),
    async idle() {
      await sending.idle();
      await ports.readMarks.flush();
    },
  };
}

function mountRoutes(
  { api, access, history, limiters }: MessagePorts & { readonly api: Api },
  sending: Sending,
  changes: Changes,
  sync: Sync,
): void {
  api.route(messageRoutes.listMessages, async ({ params, query, caller }) => {
    limiters.take('history', caller.userId);
    await access.room(caller.userId, params.conversationId, 'read');
    const { limit, ...place } = query;
    return { 200: await history.page(params.conversationId, place, limit) };
  });
  api.route(messageRoutes.sendMessage, async ({ params, body, caller }) => {
    limiters.take('send', caller.userId);
    const { later } = await sending.send({ ...params, ...body, sender: caller.userId });
    const result = await later;
    return result.duplicate ? { 200: result } : { 201: result };
  });
  api.route(messageRoutes.editMessage, async ({ params, body, caller }) => {
    limiters.take('write', caller.userId);
    const message = await changes.edit({ ...params, userId: caller.userId }, body.content);
    return { 200: { message } };
  });
  api.route(messageRoutes.deleteMessage, async ({ params, caller }) => {
    limiters.take('write', caller.userId);
    await changes.remove({ ...params, userId: caller.userId });
    return { 204: null };
  });
  api.route(messageRoutes.listChanges, async ({ params, query, caller }) => {
    limiters.take('history', caller.userId);
    await access.room(caller.userId, params.conversationId, 'read');
    return {
      200: await sync.changes(params.conversationId, query.sinceRev ?? 0, query.limit),
    };
  });
}

function mountCommands(
  { sockets }: MessagePorts,
  sending: Sending,
  changes: Changes,
  sync: Sync,
): void {
  sockets.command('message:send', 'send', (input, { userId, arrivedAt }) => {
    const { conversationId, clientMessageId, content } = input;
    return sending.send({ conversationId, clientMessageId, content, sender: userId }, arrivedAt);
  });
  sockets.command('message:edit', 'write', async ({ content, ...place }, { userId }) => ({
    message: await changes.edit({ ...place, userId }, content),
  }));
  sockets.command('message:delete', 'write', async (place, { userId }) => ({
    message: await changes.remove({ ...place, userId }),
  }));
  sockets.command('conversation:sync', 'sync', async ({ cursors, limit }, { userId }) => ({
    conversations: await sync.conversations(userId, cursors, limit),
  }));
  sockets.command('conversation:heads', 'sync', async (_input, { userId }) => ({
    heads: await sync.heads(userId),
  }));
}
