import { pino } from 'pino';
import { History } from '../../src/backend/messages/history.ts';
import { MessageParts } from '../../src/backend/messages/parts.ts';
import { createMessageStore } from '../../src/backend/messages/message-store.ts';
import { toNewMessage, toStoredMessage } from '../../src/backend/messages/views.ts';
import type { MessageView, SendResult } from '../../src/contract/messages.ts';
import type { BatchEnd } from '../../src/platform/lib/events.ts';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { createModels } from '../../src/models/index.ts';
import type { StoredMessage } from '../../src/models/message.ts';
import { deadlineOf } from '../../src/platform/lib/time.ts';
import { MessageLog } from '../../src/platform/log/message-log.ts';
import type { Draft, MessageStore } from '../../src/platform/log/types.ts';
import { startApp, type TestApp } from './app.ts';
import { idOf } from '../../tools/derived-id.ts';

export type Insert = MessageStore['insert'];

/** A message that was given to a log. */
export interface Sent {
  readonly draft: Draft;
  readonly result: Promise<SendResult>;
  isSettled: boolean;
}

/** What a test may put around the parts of a node. */
interface NodeOptions {
  /** The database; a fresh one by default. */
  readonly app?: TestApp;
  /** Around the insert of a batch: faults of the driver and of the network. */
  readonly around?: (insert: Insert) => Insert;
  /** In place of some parts of the store. */
  readonly store?: (store: MessageStore) => Partial<MessageStore>;
}

/** What a send may say besides its content. */
interface SendOptions {
  readonly to?: string;
  readonly by?: string;
  /** What its id follows from, with its conversation and its sender; its content by default. */
  readonly name?: string;
  /** In place of the id of its name. */
  readonly id?: string;
  readonly inMs?: number;
}

/** The message log of one node, without its sockets, on a real database. */
export async function createNode(options: NodeOptions = {}) {
  const app = options.app ?? (await startApp());
  const models = createModels(app.app.connection);
  const parts = new MessageParts();
  const real = createMessageStore({ models, history: new History({ models, parts }), parts });
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const told: MessageView[] = [];
  const toldAgain: MessageView[] = [];
  const ends: BatchEnd[] = [];
  const log = new MessageLog({
    log: pino({ level: 'silent' }),
    store: {
      ...real,
      insert: options.around?.(real.insert) ?? real.insert,
      ...options.store?.(real),
    },
    now: () => new Date(),
    onStored: (views) => void told.push(...views),
    onRepeated: (repeated) => void toldAgain.push(...repeated),
    onBatchEnd: (end) => void ends.push(end),
  });
  const conversationId = newId().toHexString();
  const sender = newId().toHexString();

  function send(content: string, given: SendOptions = {}): Sent {
    const { to = conversationId, by = sender, name = content, inMs } = given;
    const { id = idOf(to, by, name) } = given;
    const draft = { id, conversationId: to, sender: by, content };
    const deadline = inMs === undefined ? deadlineOf() : performance.now() + inMs;
    const sent: Sent = { draft, result: log.append(draft, deadline), isSettled: false };
    const settled = (): void => void (sent.isSettled = true);
    sent.result.then(settled, settled);
    return sent;
  }

  /** Another node stores a message and tells nobody. */
  const elsewhere = (seq: number, content = `elsewhere ${seq}`, by = newId().toHexString()) =>
    messages.insertOne(toStored({ conversationId, seq, sender: by, content }));

  /** What is stored of a conversation, in order. */
  async function stored(of = conversationId): Promise<string[]> {
    const rows = await messages
      .find({ conversation: toObjectId(of) })
      .sort({ seq: 1 })
      .toArray();
    return rows.map((row) => `${row.seq} ${row.content}`);
  }

  return {
    app,
    conversationId,
    sender,
    log,
    send,
    elsewhere,
    stored,
    told,
    toldAgain,
    ends,
  };
}

/** A message as it would be stored; its id follows from the rest. */
export function toStored(message: {
  conversationId: string;
  seq: number;
  sender: string;
  content: string;
}): StoredMessage {
  const { conversationId, seq, sender, content } = message;
  const id = idOf(conversationId, sender, content);
  return toStoredMessage(toNewMessage({ id, conversationId, sender, content }, seq, new Date()));
}

/** Puts messages 1, 2, 3 … into the database of an app as if they had been sent. */
export async function seedMessages(
  { app }: TestApp,
  conversationId: string,
  count: number,
  { sender = newId().toHexString(), content = 'message', from = 1 } = {},
): Promise<void> {
  await app.connection
    .collection<StoredMessage>('messages')
    .insertMany(
      numbers(count, from).map((seq) =>
        toStored({ conversationId, seq, sender, content: `${content} ${seq}` }),
      ),
    );
}

/** The result of a send in a word: its number, or why it failed. */
export const outcome = ({ result }: Sent): Promise<string> =>
  result.then(
    ({ message, duplicate }) => `${message.seq}${duplicate ? ' duplicate' : ''}`,
    (error: { code: string }) => error.code,
  );

/** The results of several sends. */
export const outcomes = (sends: readonly Sent[]): Promise<string[]> =>
  Promise.all(sends.map(outcome));

/** 1, 2, 3 … */
export const numbers = (count: number, from = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

/** Something that a test opens when it wants what waits for it to go on. */
export function createGate() {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}
