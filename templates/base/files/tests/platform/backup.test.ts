import { randomUUID } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { freePort } from '../../tools/free-port.ts';
import type { SendResult } from '../../src/contract/messages.ts';
import { ask, done, startApp, until, type TestSocket } from '../support/app.ts';
import { scratch, startOwnMongod } from '../support/own-mongod.ts';

/** Copies the files of a database that goes on being written to, as docs/operations.md says. */
async function copyUnderLoad(uri: string, from: string, to: string, locked: () => void) {
  const client = await new mongo.MongoClient(uri).connect();
  const admin = client.db('admin');
  await admin.command({ fsync: 1, lock: true });
  locked();
  await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('mongod.lock') });
  await admin.command({ fsyncUnlock: 1 });
  await client.close();
}

/** Sends until it is answered for: while the database stands locked, an outcome may be unknown. */
async function send(
  socket: TestSocket,
  draft: { conversationId: string; id: string; content: string },
): Promise<SendResult> {
  for (;;) {
    const answer = await ask(socket, 'message:send', draft);
    if (answer.ok) return answer.data;
    expect(answer.error.code).toBe('unavailable');
  }
}

it('C71 F27 a copy of the files taken under load is a prefix: nothing acknowledged before is missing', async () => {
  const [data, copy] = [await scratch(), await scratch()];
  const port = await freePort();
  const mongod = await startOwnMongod(data, port);
  const before = await startApp({ MONGODB_URI: mongod.uri });
  const groups = [await before.group(2), await before.group(2)];
  const acknowledged = new Map(groups.map(({ conversationId }) => [conversationId, 0]));
  const writers = new AbortController();
  const write = async (socket: TestSocket, conversationId: string): Promise<void> => {
    for (let count = 1; !writers.signal.aborted; count += 1) {
      const draft = { conversationId, id: randomUUID(), content: `message ${count}` };
      const { message } = await send(socket, draft);
      // An edit whose outcome is unknown is none that this test counts.
      if (count % 10 === 0)
        await ask(socket, 'message:edit', {
          conversationId,
          messageId: message.id,
          content: `edited ${count}`,
        });
      const last = acknowledged.get(conversationId) ?? 0;
      acknowledged.set(conversationId, Math.max(last, message.seq));
    }
  };
  const sockets = await Promise.all(
    groups.flatMap(({ users }) => users.map((user) => user.connect())),
  );
  const writing = sockets.map((socket, index) =>
    write(socket, groups[index >> 1]?.conversationId as string),
  );
  const enough = (count: number) => () => [...acknowledged.values()].every((seq) => seq > count);
  await until(enough(30));
  let atTheCopy = new Map<string, number>();
  await copyUnderLoad(mongod.uri, data, copy, () => (atTheCopy = new Map(acknowledged)));
  const [first] = groups as [(typeof groups)[0]];
  const goneOn = Math.max(...acknowledged.values()) + 20;
  await until(enough(goneOn));
  writers.abort();
  await Promise.all(writing);

  // The nodes are stopped, the files are put back, the nodes are started.
  await before.app.stop();
  await mongod.stop();
  await startOwnMongod(copy, port);
  const after = await startApp({ ...before.variables, NODE_ENV: 'production' });
  for (const [conversation, seq] of atTheCopy) {
    const [messages, changes] = await Promise.all([
      numbersOf(after, 'messages', conversation, 'seq'),
      numbersOf(after, 'changes', conversation, 'rev'),
    ]);
    expect(messages).toEqual(messages.map((_, index) => index + 1));
    expect(changes).toEqual(changes.map((_, index) => index + 1));
    expect(messages.length).toBeGreaterThanOrEqual(seq);
    expect(messages.length).toBeLessThan(acknowledged.get(conversation) as number);
  }
  // A client that knows more than the database starts over, and the next message has the next number.
  const { conversationId, owner } = first;
  const socket = await after.connect(owner.token);
  const lastSeq = (await numbersOf(after, 'messages', conversationId, 'seq')).length;
  const cursor = { conversationId, seq: acknowledged.get(conversationId) as number, rev: 0 };
  expect(await done(socket, 'conversation:sync', { cursors: [cursor] })).toMatchObject({
    conversations: [{ reset: true, lastSeq }],
  });
  const next = { conversationId, id: randomUUID(), content: 'next' };
  expect(await done(socket, 'message:send', next)).toMatchObject({
    message: { seq: lastSeq + 1 },
    duplicate: false,
  });
});

async function numbersOf(
  { app }: Awaited<ReturnType<typeof startApp>>,
  collection: string,
  conversationId: string,
  field: string,
): Promise<number[]> {
  const rows = await app.connection
    .collection(collection)
    .find({ conversation: new mongo.ObjectId(conversationId) })
    .sort({ [field]: 1 })
    .toArray();
  return rows.map((row) => Number(row[field]));
}
