import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createProjection } from '../../src/backend/search/feed.ts';
import { MongoEntries } from '../../src/backend/search/mongo-entries.ts';
import { termsOf } from '../../src/backend/search/terms.ts';
import { History, MessageParts } from '../../src/backend/messages/index.ts';
import { searchLimits } from '../../src/configs/search-limits.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { createModels } from '../../src/models/index.ts';
import type { SearchEntryRow } from '../../src/models/search-entry.ts';
import type { StoredMessage } from '../../src/models/message.ts';
import { systemTimers, type Timers } from '../../src/platform/lib/time.ts';
import { until, type TestApp, type TestUser } from './app.ts';

/** Timers of a node whose feed makes a round every few milliseconds. */
export const quickFeed: Timers = {
  ...systemTimers,
  every: (ms, work) => systemTimers.every(ms === searchLimits.feed.everyMs ? 20 : ms, work),
};

/** The projection of a node, apart from its feed. */
export function projectionOf({ app }: TestApp) {
  const models = createModels(app.connection);
  const history = new History({ models, parts: new MessageParts() });
  return createProjection(models, history, new MongoEntries(models));
}

/** Makes entries of everything that is stored. */
export async function indexAll(app: TestApp): Promise<void> {
  const projection = projectionOf(app);
  for await (const ids of projection.walk(100)) await projection.catchUp(ids);
}

/** Sends messages, one after the other. */
export async function say(
  user: TestUser,
  conversationId: string,
  ...contents: readonly string[]
): Promise<MessageView[]> {
  const sent: MessageView[] = [];
  for (const content of contents) {
    const body = { id: randomUUID(), content };
    const answer = await user.post(`/conversations/${conversationId}/messages`, body);
    expect(answer.status).toBe(201);
    sent.push(answer.body.message);
  }
  return sent;
}

export const pathOf = ({ conversationId, id }: MessageView): string =>
  `/conversations/${conversationId}/messages/${id}`;

/** Asks the search, with what else the query string has. */
export const ask = (user: TestUser, query: string, more: Readonly<Record<string, string>> = {}) =>
  user.get(`/search/messages?${new URLSearchParams({ query, ...more }).toString()}`);

/** What the messages say that are found. */
export async function find(
  user: TestUser,
  query: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { status, body } = await ask(user, query, more);
  expect([query, status]).toEqual([query, 200]);
  return body.items.map(({ message }: { message: MessageView }) => message.content);
}

export const entriesOf = ({ app }: TestApp): Promise<SearchEntryRow[]> =>
  app.connection.collection<SearchEntryRow>('search_entries').find().sort({ _id: 1 }).toArray();

/** Whether there is an entry for each message that has words, and no other. */
export async function isWhole(app: TestApp): Promise<boolean> {
  const rows = await app.app.connection
    .collection<StoredMessage>('messages')
    .find()
    .sort({ _id: 1 })
    .toArray();
  const expected = rows.flatMap(({ _id, conversation, seq, sender, timestamp: at, content }) => {
    const terms = termsOf(content ?? '');
    return terms.length === 0 ? [] : [{ _id, conversation, seq, sender, at, terms }];
  });
  const names = ['_id', 'conversation', 'seq', 'sender', 'at', 'terms'];
  return JSON.stringify(await entriesOf(app), names) === JSON.stringify(expected, names);
}

/** Waits until the feed has come to the end. */
export const untilWhole = (app: TestApp): Promise<void> => until(() => isWhole(app));
