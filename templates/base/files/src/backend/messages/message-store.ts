import { mongo } from 'mongoose';
import type { MessageView } from '../../contract/messages.ts';
import type { Models } from '../../models/index.ts';
import type { StoredMessage } from '../../models/message.ts';
import { rowsOf } from '../../platform/database/rows.ts';
import { isDatabaseUnavailable } from '../../platform/errors/database-errors.ts';
import type { Inserted, MessageStore } from '../../platform/log/types.ts';
import type { History } from './history.ts';
import type { MessageParts } from './parts.ts';
import { toNewMessage, toStoredMessage } from './views.ts';

/** What a duplicate key in an index means. */
const reasons = new Map<string, 'id-taken' | 'number-taken'>([
  ['_id_', 'id-taken'],
  ['conversation_1_seq_1', 'number-taken'],
]);
const writeConcern = { w: 'majority', journal: true } as const;

/** The collection of messages, as the log needs it. */
export function createMessageStore({
  models,
  history,
  parts,
}: {
  readonly models: Models;
  readonly history: Pick<History, 'lastSeqs' | 'anywhere'>;
  readonly parts: Pick<MessageParts, 'isRepeat' | 'toView' | 'show'>;
}): MessageStore {
  const rows = rowsOf<StoredMessage>(models.messages);

  /** What features store with messages that are on their way. */
  const fieldsOf = new WeakMap<MessageView, object>();

  return {
    toMessage(draft, seq, timestamp) {
      const message = toNewMessage(draft, seq, timestamp);
      if (draft.fields === undefined) return message;
      fieldsOf.set(message, draft.fields);
      return parts.show(message, draft.fields);
    },
    async insert(messages) {
      try {
        const stored = messages.map((one) =>
          Object.assign(toStoredMessage(one), fieldsOf.get(one)),
        );
        await rows.insertMany(stored, { ordered: true, writeConcern });
        return { stored: messages.length };
      } catch (error) {
        return toInserted(error);
      }
    },
    lastSeqs: (conversationIds) => history.lastSeqs(conversationIds),
    find: async (drafts) =>
      (await history.anywhere(drafts.map(({ id }) => id))).map((row) => parts.toView(row)),
    isRepeat: (draft, message) =>
      draft.content === message.content && parts.isRepeat(draft, message),
  };
}

/** @throws what the driver threw, where it does not say how much is stored */
function toInserted(error: unknown): Inserted {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const [stop] = [error.writeErrors].flat();
  // Without a majority behind the prefix nothing of it is certain; nor does a server that steps down
  // say anything of a row.
  if (stop === undefined || error.result.getWriteConcernError() !== undefined) throw error;
  if (isDatabaseUnavailable(error)) throw error;
  // The driver passes only the text on. Where both indexes object, the server names that of the id.
  const index = /\bindex: (\S+) dup key/.exec(stop.errmsg ?? '')?.[1] ?? '';
  const reason = stop.code === 11_000 ? reasons.get(index) : undefined;
  return {
    stored: stop.index,
    stoppedBy: reason === undefined ? { reason: 'refused', error } : { reason },
  };
}
