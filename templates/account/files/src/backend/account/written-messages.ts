import type { mongo } from 'mongoose';
import type { MessageView } from '../../contract/messages.ts';
import type { StoredMessage } from '../../models/message.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import { read, rowsOf } from '../../platform/database/rows.ts';
import type { TrustedContext } from '../feature.ts';

/** How many messages a query looks at, whoever wrote them: no index knows senders, it would cost every send. */
export const messagesLookedAt = 10_000;
const conversationsAtOnce = 500; // in one query

/** How far a page has come: to this message of this conversation. */
export type Place = readonly [conversationId: string, seq: number];

/** What a user wrote, and how far the page has come; undefined at the end. */
interface WrittenPage {
  readonly messages: MessageView[];
  readonly end: Place | undefined;
}

/** Messages of a conversation that are to be looked at. */
interface Stretch {
  readonly conversationId: string;
  readonly after: number;
  readonly upTo: number;
  /** It is the whole conversation. */
  readonly isWhole: boolean;
}

/** Reads what users wrote, by conversation, each in its order. */
export class WrittenMessages {
  readonly #rows: mongo.Collection<StoredMessage>;
  readonly #messages: Pick<TrustedContext['messages'], 'toView'>;
  readonly #history: Pick<TrustedContext['history'], 'headsOf'>;

  constructor({
    history,
    messages,
    models,
  }: Pick<TrustedContext, 'history' | 'messages' | 'models'>) {
    this.#rows = rowsOf(models.messages);
    this.#messages = messages;
    this.#history = history;
  }

  /**
   * At most so many messages of a user behind a place, in those of the conversations; these are sorted.
   * A page may have fewer and not be the last one: it ends where enough was looked at.
   */
  async page(
    userId: string,
    conversationIds: readonly string[],
    start: Place,
    size: number,
  ): Promise<WrittenPage> {
    const messages: MessageView[] = [];
    let left = messagesLookedAt;
    const rest = conversationIds.filter((id) => id >= start[0]);
    for (let index = 0; index < rest.length; index += conversationsAtOnce) {
      const some = rest.slice(index, index + conversationsAtOnce);
      const stretches = await this.#stretches(some, start, left);
      messages.push(...(await this.#find(userId, stretches, size - messages.length)));
      const last = messages.at(-1);
      if (last !== undefined && messages.length === size)
        return { messages, end: [last.conversationId, last.seq] };
      for (const { after, upTo } of stretches) left -= upTo - after;
      const reached = stretches.at(-1);
      if (reached !== undefined && left === 0)
        return { messages, end: [reached.conversationId, reached.upTo] };
    }
    return { messages, end: undefined };
  }

  /** What is behind a place in these conversations, until there is enough to look at. */
  async #stretches(
    conversationIds: readonly string[],
    [from, seq]: Place,
    atMost: number,
  ): Promise<Stretch[]> {
    const heads = await this.#history.headsOf(conversationIds);
    const stretches: Stretch[] = [];
    let left = atMost;
    for (const conversationId of conversationIds) {
      const { lastSeq } = heads.get(conversationId) ?? { lastSeq: 0 };
      const after = conversationId === from ? seq : 0;
      const upTo = Math.min(lastSeq, after + left);
      if (upTo <= after) continue;
      stretches.push({ conversationId, after, upTo, isWhole: after === 0 && upTo === lastSeq });
      left -= upTo - after;
      if (left === 0) break;
    }
    return stretches;
  }

  async #find(userId: string, stretches: readonly Stretch[], size: number): Promise<MessageView[]> {
    if (stretches.length === 0) return [];
    const whole = stretches.filter(({ isWhole }) => isWhole);
    const parts = stretches.filter(({ isWhole }) => !isWhole); // the first and the last one at most
    const conversation = { $in: whole.map(({ conversationId }) => toObjectId(conversationId)) };
    const places = parts.map(({ conversationId, after, upTo }) => ({
      conversation: toObjectId(conversationId),
      seq: { $gt: after, $lte: upTo },
    }));
    const rows = await this.#rows
      .find({ sender: toObjectId(userId), $or: [{ conversation }, ...places] }, read)
      .sort({ conversation: 1, seq: 1 })
      .limit(size)
      .batchSize(size)
      .toArray();
    return rows.map((row) => this.#messages.toView(row));
  }
}
