import { erasedConversation } from '../../models/conversation.ts';
import type { ErasedOn } from '../../models/data-policies.ts';
import { erasedMembership } from '../../models/membership.ts';
import { patchTo, toUpdate } from '../../platform/database/patch.ts';
import { deleteRows } from '../shared/delete-rows.ts';
import type { ConversationPorts } from './ports.ts';

type Erase = (conversationId: string) => Promise<unknown>;

/** Erases archived conversations in the background; nobody is told, as nobody can see them. */
export function eraseArchived({ clock, jobs, models }: ConversationPorts): void {
  // What of a conversation stays is emptied here, its messages aside, which have a job of their own.
  const erase: Record<Exclude<ErasedOn<'conversationErased'>, 'messages'>, Erase> = {
    conversations: (id) =>
      models.conversations.updateOne({ _id: id }, toUpdate(patchTo(erasedConversation()))),
    memberships: (id) =>
      models.memberships.updateMany(
        { conversation: id, leftAt: null },
        toUpdate(patchTo(erasedMembership(clock.now()))),
      ),
  };

  jobs.handle('erase-conversation', async (conversationId) => {
    for (const eraseRows of Object.values(erase)) await eraseRows(conversationId);
    await deleteRows(models, 'conversationErased', conversationId);
  });
}
