import { pino } from 'pino';
import { createCommit, createOrderedInsert } from '../../src/backend/features/messages/commit.ts';
import { createKnownHeads } from '../../src/backend/features/messages/heads.ts';
import { createHistory } from '../../src/backend/features/messages/history.ts';
import { createLane } from '../../src/backend/features/messages/lane.ts';
import { Send } from '../../src/backend/features/messages/sends.ts';
import type { StoredMessage } from '../../src/backend/features/messages/views.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import type { BatchEnd } from '../../src/backend/shared/events.ts';
import { newId, toObjectId } from '../../src/backend/shared/ids.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, type TestApp } from './app.ts';

export type Insert = (rows: StoredMessage[]) => Promise<unknown>;
export type History = ReturnType<typeof createHistory>;

/** What a test may put around the parts of a node. */
interface NodeOptions {
  /** The database; a fresh one by default. */
  readonly app?: TestApp;
  /** Around the insert of a batch: faults of the driver and of the network. */
  readonly around?: (insert: Insert) => Insert;
  /** In place of some reads. */
  readonly history?: (history: History) => Partial<History>;
}

/** What a send may say besides its content. */
interface SendOptions {
  readonly to?: string;
  readonly id?: string;
  readonly by?: string;
  readonly inMs?: number;
}

/** The commit lane of one node, without its sockets, on a real database. */
export async function createNode(options: NodeOptions = {}) {
  const app = options.app ?? (await startApp());
  const models = createModels(app.app.connection);
  const real = createHistory({ models });
  const history = { ...real, ...options.history?.(real) };
  const heads = createKnownHeads((ids) => history.lastSeqs(ids));
  const messages = app.app.connection.collection<StoredMessage>('messages');
  const told: MessageView[] = [];
  const toldAgain: StoredMessage[] = [];
  const ends: BatchEnd[] = [];
  const insert = createOrderedInsert({ models });
  const lane = createLane(
    createCommit({
      log: pino({ level: 'silent' }),
      heads,
      history,
      insert: options.around?.(insert) ?? insert,
      stored: (views) => void told.push(...views),
      repeated: (rows) => void toldAgain.push(...rows),
      ended: (end) => void ends.push(end),
    }),
  );
  const conversationId = newId().toHexString();
  const sender = newId().toHexString();

  function send(content: string, { to, id, by, inMs }: SendOptions = {}): Send {
    const created = new Send(
      {
        conversationId: to ?? conversationId,
        sender: by ?? sender,
        clientMessageId: id ?? content,
        content,
      },
      new Date(),
      ...(inMs === undefined ? [] : [performance.now() + inMs]),
    );
    created.verdict.catch(() => {});
    lane.push(created);
    return created;
  }

  /** Another node stores a message and tells nobody. */
  const elsewhere = (seq: number, id = `elsewhere ${seq}`, by = newId().toHexString()) =>
    messages.insertOne(toStored({ conversationId, seq, sender: by, content: id }));

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
    heads,
    lane,
    send,
    elsewhere,
    stored,
    told,
    toldAgain,
    ends,
  };
}

/** A message as it would be stored; its content is its sender's id of it. */
export const toStored = (message: {
  conversationId: string;
  seq: number;
  sender: string;
  content: string;
}): StoredMessage => ({
  _id: newId(),
  conversation: toObjectId(message.conversationId),
  seq: message.seq,
  sender: toObjectId(message.sender),
  clientMessageId: message.content,
  content: message.content,
  timestamp: new Date(),
  rev: 0,
  editedAt: null,
  deletedAt: null,
});

/** Puts messages 1, 2, 3 … into the database of an app as if they had been sent. */
export async function seedMessages(
  { app }: TestApp,
  conversationId: string,
  count: number,
  { sender = newId().toHexString(), content = 'message', from = 1 } = {},
): Promise<void> {
  await app.connection
    .collection('messages')
    .insertMany(
      numbers(count, from).map((seq) =>
        toStored({ conversationId, seq, sender, content: `${content} ${seq}` }),
      ),
    );
}

/** The verdict of a send in a word: its number, or why it failed. */
export const outcome = (send: Send): Promise<string> =>
  send.verdict.then(
    ({ message, duplicate }) => `${message.seq}${duplicate ? ' duplicate' : ''}`,
    (error: { code: string }) => error.code,
  );

/** The verdicts of several sends. */
export const outcomes = (sends: readonly Send[]): Promise<string[]> =>
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
