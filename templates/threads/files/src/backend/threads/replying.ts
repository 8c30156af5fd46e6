import type { MessageView } from '../../contract/messages.ts';
import type { StoredFields } from '../../models/message-fields.ts';
import { AppError, invalid, notFound } from '../../platform/errors/app-error.ts';
import { Loader } from '../../platform/lib/loader.ts';
import type { FeatureContext } from '../feature.ts';
import type { Draft, SentFields, StoredMessage } from '../shared/message-parts.ts';

type History = Pick<FeatureContext['history'], 'anywhere' | 'find'>;
type Ports = { readonly history: History; readonly named: Loader<StoredMessage> };

/** Messages that sends name: those of many sends are one query. */
export const loadNamed = (history: Pick<History, 'anywhere'>): Loader<StoredMessage> =>
  new Loader(
    async (ids) =>
      new Map((await history.anywhere(ids)).map((row) => [row._id.toHexString(), row])),
    { atOnce: 4 },
  );

/** What is stored of a reply; a message of another conversation is as unreal as one that is not there. */
export async function toReply(
  { history, named }: Ports,
  { replyTo, threadOf, alsoInConversation }: SentFields,
  { conversationId }: Draft,
): Promise<Pick<StoredFields, 'replyTo' | 'rootSeq' | 'alsoInConversation'>> {
  if (alsoInConversation !== undefined && threadOf === undefined)
    throw invalid('/alsoInConversation', 'needs threadOf');
  const find = async (id: string | undefined) =>
    id === undefined ? undefined : assertIn(conversationId, await named.one(id));
  const [answered, inThread] = await Promise.all([find(replyTo), find(threadOf)]);
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

function assertIn(conversationId: string, row: StoredMessage | undefined): StoredMessage {
  if (row?.conversation.toHexString() !== conversationId) throw notFound();
  return assertThere(row);
}

function assertThere(row: StoredMessage | undefined): StoredMessage {
  if (row === undefined) throw notFound();
  if (row.deletedAt != null) throw new AppError('already-deleted');
  return row;
}
