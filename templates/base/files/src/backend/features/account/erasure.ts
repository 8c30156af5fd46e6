import type { Logger } from 'pino';
import type { AccountPorts } from './index.ts';

/** What others see of somebody who erased their account. */
const erasedName = 'Deleted user';

/**
 * Creates the erasing of accounts. At once the user is signed out everywhere and has no name, address
 * or password any more; a job removes what they wrote, also in conversations that they had left. The
 * username stays taken, so that nobody can pose as them.
 */
export function createErasure(
  ports: AccountPorts,
): (userId: string, password: string, log: Logger) => Promise<void> {
  const { clock, conversations, devices, events, jobs, messages, models } = ports;

  async function eraseContent(userId: string, signal: AbortSignal): Promise<void> {
    await devices.revokeAll(userId);
    await conversations.leaveAll(userId);
    const places = await models.memberships.find({ user: userId }, { conversation: 1 }).lean();
    for (const { conversation } of places) {
      await messages.eraseMessagesOf(userId, String(conversation), signal);
    }
    await models.memberships.updateMany(
      { user: userId, leftAt: null },
      { $set: { leftAt: clock.now() } },
    );
    await models.blocks.deleteMany({ user: userId });
    await models.blocks.deleteMany({ blocked: userId });
    await models.devices.deleteMany({ user: userId });
  }

  async function eraseConversation(conversationId: string, signal: AbortSignal): Promise<void> {
    await conversations.endMemberships(conversationId);
    await messages.eraseConversation(conversationId, signal);
  }

  jobs.handle('erase-account', eraseContent);
  jobs.handle('erase-conversation', eraseConversation);

  return async (userId, password, log) => {
    await ports.assertPassword(userId, password, log);
    const erased = {
      status: 'erased',
      displayName: erasedName,
      email: `${userId}@erased.invalid`, // RFC 2606: no mail can go there
      passwordHash: '-', // no hash: nothing fits
      avatarUrl: null,
      lastSeenAt: null,
    } as const;
    await jobs.add('erase-account', userId, (session) =>
      models.users.updateOne({ _id: userId }, { $set: erased }, { session }),
    );
    await devices.revokeAll(userId);
    events.tell('user:erased', { userId });
    log.info({ event: 'user_deleted', user: userId }, 'account erased');
  };
}
