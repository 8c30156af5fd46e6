import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import type { Acknowledgement } from '../../src/contract/errors.ts';
import type { CommandPayload } from '../../src/contract/index.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { ask, done, startApp, sharedVariables, type TestSocket } from '../support/app.ts';
import { numbers } from '../support/node.ts';

/** Two backends on one database that tell each other nothing: only the indexes keep them in order. */
async function startNodes() {
  const shared = sharedVariables();
  const nodes = [await startApp(shared), await startApp(shared)] as const;
  const rows = () =>
    nodes[0].app.connection
      .collection('messages')
      .find()
      .sort({ conversation: 1, seq: 1 })
      .toArray();
  return { nodes, rows };
}

const draft = (content: string) => ({ id: randomUUID(), content });

/** Sends at once; what has no answer, and so whatever was behind it, again, as a client does. */
async function sendAll(
  socket: TestSocket,
  drafts: readonly CommandPayload<'message:send'>[],
): Promise<MessageView[]> {
  const answers = await Promise.all(drafts.map((each) => ask(socket, 'message:send', each)));
  const views = answers.flatMap((answer) => (answer.ok ? [answer.data.message] : []));
  const left = drafts.filter((_, index) => codeOf(answers[index]!) === 'unavailable');
  expect(views.length + left.length).toBe(drafts.length);
  return left.length === 0 ? views : [...views, ...(await sendAll(socket, left))];
}

const codeOf = (answer: Acknowledgement<unknown>): string => (answer.ok ? 'ok' : answer.error.code);

it('S15 numbers what writers on two nodes send as 1 to 1000, in the order of each of them', async () => {
  const { nodes, rows } = await startNodes();
  const { conversationId, users } = await nodes[0].group(4);
  const sockets = await Promise.all(
    users.map((user, index) => nodes[index % 2]!.connect(user.token)),
  );
  const answers = await Promise.all(
    sockets.map((socket, writer) =>
      sendAll(
        socket,
        numbers(250).map((number) => ({ conversationId, ...draft(`${writer} ${number}`) })),
      ),
    ),
  );
  const stored = await rows();
  expect(stored.map((row) => row['seq'])).toEqual(numbers(1_000));
  // Every acknowledgement told the truth.
  expect(
    answers
      .flat()
      .map((view) => `${view.seq} ${view.content}`)
      .toSorted(),
  ).toEqual(stored.map((row) => `${row['seq']} ${row['content']}`).toSorted());
  for (const writer of numbers(4, 0)) {
    const own = stored.filter((row) => String(row['sender']) === users[writer]!.id);
    expect(own.map((row) => row['content'])).toEqual(
      numbers(250).map((number) => `${writer} ${number}`),
    );
  }
});

it('F17 S13 one id from 50 sockets on two nodes at once is one message and 50 equal answers', async () => {
  const { nodes, rows } = await startNodes();
  const { conversationId, owner } = await nodes[0].group(1);
  const sockets = await Promise.all(
    numbers(50).map((number) => nodes[number % 2]!.connect(owner.token)),
  );
  const command = { conversationId, ...draft('once') };
  const answers = await Promise.all(sockets.map((socket) => done(socket, 'message:send', command)));
  expect(new Set(answers.map(({ message }) => JSON.stringify(message))).size).toBe(1);
  expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  expect(await rows()).toHaveLength(1);
});

it('edits of one message on two nodes each get a rev of their own', async () => {
  const { nodes } = await startNodes();
  const { conversationId, owner } = await nodes[0].group(1);
  const sockets = await Promise.all(nodes.map((node) => node.connect(owner.token)));
  const { message } = await done(sockets[0]!, 'message:send', {
    conversationId,
    ...draft('first'),
  });
  const answers = await Promise.all(
    numbers(20).map((number) =>
      done(sockets[number % 2]!, 'message:edit', {
        conversationId,
        messageId: message.id,
        content: `edit ${number}`,
      }),
    ),
  );
  const revs = answers.map((answer) => answer.message.rev).toSorted((a, b) => a - b);
  expect(revs).toEqual(numbers(20));
  const { items, lastRev } = (await owner.get(`/conversations/${conversationId}/changes`)).body;
  const last = answers.find((answer) => answer.message.rev === 20)?.message;
  expect([lastRev, items]).toEqual([20, [last]]);
});

it('I6 a notice carries the message as its commit left it, whatever another node did to it since', async () => {
  const { nodes } = await startNodes();
  const [here, there] = nodes;
  const { conversationId, owner } = await here.group(1);
  const [socket, other] = [await here.connect(owner.token), await there.connect(owner.token)];
  const edit = (by: TestSocket, messageId: string, content: string) =>
    done(by, 'message:edit', { conversationId, messageId, content });
  const { connection } = here.app;
  const messages = connection.model('Message').collection;
  const insertMany = messages.insertMany.bind(messages);
  vi.spyOn(messages, 'insertMany').mockImplementationOnce(async (rows, options = {}) => {
    const answer = await insertMany(rows, options);
    await edit(other, String(rows[0]?.['_id']), 'there');
    return answer;
  });
  const heard: string[] = [];
  socket.on('message:created', ({ rev, content }) => heard.push(`created ${rev} ${content}`));
  socket.on('message:updated', ({ rev, content }) => heard.push(`updated ${rev} ${content}`));
  const { message } = await done(socket, 'message:send', { conversationId, ...draft('here') });

  const startSession = connection.startSession.bind(connection);
  vi.spyOn(connection, 'startSession').mockImplementationOnce(async () => {
    const session = await startSession();
    const commit = session.commitTransaction.bind(session);
    return Object.assign(session, {
      async commitTransaction() {
        await commit();
        await edit(other, message.id, 'there again');
      },
    });
  });
  await edit(socket, message.id, 'here again');
  expect(heard).toEqual(['created 0 here', 'updated 2 here again']);
});

it('S21 a client that comes back to the other node sees what the database has', async () => {
  const { nodes, rows } = await startNodes();
  const { conversationId, owner, others } = await nodes[0].group(2);
  const path = `/conversations/${conversationId}/messages`;
  const sent: MessageView[] = [];
  const send = async (content: string) =>
    void sent.push((await owner.post(path, draft(content))).body.message);
  for (const number of numbers(10)) await send(`message ${number}`);
  const seen = new Map(sent.map((message) => [message.seq, message])); // then it goes away
  for (const number of numbers(30, 11)) await send(`message ${number}`);
  for (const index of [0, 4, 4, 20, 39])
    await owner.patch(`${path}/${sent[index]!.id}`, { content: `edited ${index}` });
  for (const index of [1, 4, 25]) await owner.delete(`${path}/${sent[index]!.id}`);

  const socket = await nodes[1].connect(others[0]!.token);
  for (let cursor = { seq: 10, rev: 0 }, more = true; more;) {
    const cursors = [{ conversationId, ...cursor }];
    const [page] = (await done(socket, 'conversation:sync', { cursors, limit: 7 })).conversations;
    if (page === undefined || !('changed' in page)) throw new Error(JSON.stringify(page));
    // The client's rule: for each message the state with the higher rev.
    for (const message of [...page.messages, ...page.changed])
      if (message.rev >= (seen.get(message.seq)?.rev ?? 0)) seen.set(message.seq, message);
    cursor = { seq: page.nextSeq, rev: page.nextRev };
    more = page.hasMore;
  }
  const stored = await rows();
  const state = (row: Record<string, unknown>) => [row['seq'], row['rev'] ?? 0, row['content']];
  expect(numbers(40).map((seq) => state({ ...seen.get(seq) }))).toEqual(stored.map(state));
});
