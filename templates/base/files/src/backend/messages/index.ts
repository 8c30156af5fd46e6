import { messageRoutes } from '../../contract/messages.ts';
import { syncRoutes } from '../../contract/sync.ts';
import type { Api } from '../../platform/http/api.ts';
import { notFound } from '../../platform/errors/app-error.ts';
import { toUuid } from '../../platform/database/ids.ts';
import type { MessagePort } from '../shared/message-parts.ts';
import { Changes } from './changes.ts';
import { eraseConversation } from './erasing.ts';
import type { MessageParts } from './parts.ts';
import type { MessagePorts } from './ports.ts';
import { Sending } from './send.ts';
import { Sync } from './sync.ts';

export { History } from './history.ts';
export { MessageParts } from './parts.ts';
export { ReadMarkers } from './read-markers.ts';

/** Messages: sending, changing, reading, and what clients missed; mounts routes and commands. */
export function createMessages(ports: MessagePorts & { readonly api: Api }): MessagePort & {
  readonly toView: MessageParts['toView'];
  readonly removeAll: Changes['removeAll'];
  assertFieldsFilled(): void;
  /** Resolves once nothing is under way and the read markers of what was sent are stored. */
  idle(): Promise<void>;
} {
  const sending = new Sending(ports);
  const changes = new Changes(ports);
  const sync = new Sync(ports);
  ports.jobs.handle('erase-conversation', (conversationId, signal) =>
    eraseConversation(ports, conversationId, signal),
  );
  mountRoutes(ports, sending, changes, sync);
  mountCommands(ports, sending, changes, sync);
  const { history, parts } = ports;
  return {
    toView: (row) => parts.toView(row),
    removeAll: (...given) => changes.removeAll(...given),
    extend: (part) => parts.extend(part),
    change: (kind) => changes.change(kind),
    extendList: (name, read) => parts.extendList(name, read),
    show: (userId, rows) => parts.toReader(userId, rows),
    get: async (userId, conversationId, where) =>
      parts.toReader(userId, await history.find(conversationId, where)),
    assertFieldsFilled: () => parts.assertFieldsFilled(),
    async idle() {
      await sending.idle();
      await ports.readMarkers.flush();
    },
  };
}

function mountRoutes(
  { api, access, history, parts }: MessagePorts & { readonly api: Api },
  sending: Sending,
  changes: Changes,
  sync: Sync,
): void {
  api.route(messageRoutes.listMessages, async ({ params, query, caller }) => {
    await access.require(caller.userId, params.conversationId, 'read');
    const { limit, ...place } = query;
    const page = await history.page(params.conversationId, place, limit);
    return { 200: { ...page, items: await parts.toReader(caller.userId, page.items) } };
  });
  api.route(messageRoutes.getMessage, async ({ params, caller }) => {
    await access.require(caller.userId, params.conversationId, 'read');
    const rows = await history.byIds(params.conversationId, [toUuid(params.messageId)]);
    const [message] = await parts.toReader(caller.userId, rows);
    if (message === undefined) throw notFound();
    return { 200: { message } };
  });
  api.route(messageRoutes.sendMessage, async ({ params, body, caller }) => {
    const { id, content, ...sent } = body;
    const draft = { id, content, ...params, sender: caller.userId };
    const { completion } = await sending.send(draft, performance.now(), sent);
    const result = await completion;
    return result.duplicate ? { 200: result } : { 201: result };
  });
  api.route(messageRoutes.editMessage, async ({ params, body, caller }) => {
    const message = await changes.edit({ ...params, userId: caller.userId }, body);
    return { 200: { message } };
  });
  api.route(messageRoutes.deleteMessage, async ({ params, caller }) => {
    await changes.remove({ ...params, userId: caller.userId });
    return { 204: null };
  });
  api.route(syncRoutes.listChanges, async ({ params, query, caller }) => {
    await access.require(caller.userId, params.conversationId, 'read');
    const { sinceRev = 0, limit } = query;
    return { 200: await sync.changes(caller.userId, params.conversationId, sinceRev, limit) };
  });
}

function mountCommands(
  { sockets }: MessagePorts,
  sending: Sending,
  changes: Changes,
  sync: Sync,
): void {
  sockets.command('message:send', (input, { userId, arrivedAt }) => {
    const { id, conversationId, content, ...sent } = input;
    return sending.send({ id, conversationId, content, sender: userId }, arrivedAt, sent);
  });
  sockets.command('message:edit', async (input, { userId }) => {
    const { conversationId, messageId, ...said } = input;
    return { message: await changes.edit({ conversationId, messageId, userId }, said) };
  });
  sockets.command('message:delete', async (place, { userId }) => ({
    message: await changes.remove({ ...place, userId }),
  }));
  sockets.command('conversation:sync', async ({ cursors, limit }, { userId }) => ({
    conversations: await sync.conversations(userId, cursors, limit),
  }));
  sockets.command('conversation:heads', async (_input, { userId }) => ({
    heads: await sync.heads(userId),
  }));
}
