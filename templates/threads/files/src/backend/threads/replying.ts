import type { MessageView } from '../../contract/messages.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import { toUuid } from '../../platform/database/ids.ts';
import { AppError, invalid, notFound } from '../../platform/errors/app-error.ts';
import type { FeatureContext } from '../feature.ts';
import type { Draft, SentFields, StoredMessage } from '../shared/message-parts.ts';

type History = Pick<FeatureContext['history'], 'byIds' | 'find'>;

/** What is stored of a reply; a message of another conversation is as unreal as one that is not there. */
export async function toReply(
  history: History,
  { replyTo, threadOf, alsoInConversation }: SentFields,
  { conversationId }: Draft,
): Promise<Pick<StoredFields, 'replyTo' | 'rootSeq' | 'alsoInConversation'>> {
  if (alsoInConversation !== undefined && threadOf === undefined)
    throw invalid('/alsoInConversation', 'needs threadOf');
  const named = [replyTo, threadOf].filter((id) => id !== undefined);
  const found = await byIds(history, conversationId, named);
  for (const id of named) assertThere(found.get(id));
  const answered = found.get(replyTo ?? '');
  const inThread = found.get(threadOf ?? '');
  return {
    ...(answered && {
      replyTo: { id: answered._id, seq: answered.seq, sender: answered.sender },
    }),
    ...(inThread && { rootSeq: await rootSeqOf(history, conversationId, inThread) }),
    ...(alsoInConversation && { alsoInConversation }),
  };
}

/**
 * Whether a send answers what a message of its id answers. Where what it names is gone since, nobody knows
 * which thread it meant.
 */
export const isSameReply = (
  { replyTo, threadOf, alsoInConversation }: SentFields,
  stored: MessageView,
  { rootSeq }: StoredFields,
): boolean =>
  replyTo === stored.replyTo?.id &&
  alsoInConversation === stored.alsoInConversation &&
  (threadOf === undefined) === (stored.rootSeq === undefined) &&
  (rootSeq === undefined || rootSeq === stored.rootSeq);

/** Threads are flat: a reply to a reply stands in the thread of the first message. */
async function rootSeqOf(
  history: History,
  conversationId: string,
  { seq, rootSeq }: StoredMessage,
): Promise<number> {
  if (rootSeq == null) return seq;
  const [root] = await history.find(conversationId, whereSeqs([rootSeq]));
  assertThere(root);
  return rootSeq;
}

/** The messages that have numbers, the newest first. */
export const whereSeqs = (seqs: readonly number[]) => ({
  filter: { seq: { $in: [...seqs] } },
  sort: { seq: -1 as const },
  limit: seqs.length,
});

async function byIds(
  history: History,
  conversationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredMessage>> {
  const rows = await history.byIds(conversationId, ids.map(toUuid));
  return new Map(rows.map((row) => [row._id.toHexString(), row]));
}

function assertThere(row: StoredMessage | undefined): void {
  if (row === undefined) throw notFound();
  if (row.deletedAt != null) throw new AppError('already-deleted');
}
