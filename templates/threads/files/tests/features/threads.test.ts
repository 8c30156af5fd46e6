import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openThread, summaryOf } from '../../client/threads.ts';
import { createTimeline } from '../../client/timeline.ts';
import type { MessageView } from '../../src/contract/messages.ts';
import { ask, sharedVariables, startApp, until, type TestUser } from '../support/app.ts';
import { edit, groupWithChat, openChat, post } from '../support/client.ts';
import { numbers } from '../support/node.ts';

interface Sent {
  readonly id?: string;
  readonly replyTo?: string;
  readonly threadOf?: string;
  readonly alsoInConversation?: unknown;
}

interface Page {
  readonly body: { readonly items: MessageView[]; readonly nextCursor: string | null };
}

const pathOf = (conversationId: string): string => `/conversations/${conversationId}/messages`;
const send = (user: TestUser, conversationId: string, content: string, sent: Sent) =>
  user.post(pathOf(conversationId), { id: randomUUID(), content, ...sent });
const reply = async (user: TestUser, conversationId: string, sent: Sent): Promise<MessageView> =>
  (await send(user, conversationId, 'a reply', sent)).body.message;
const threadOf = async (user: TestUser, { conversationId, id }: MessageView, query = '') =>
  (await user.get(`${pathOf(conversationId)}/${id}/thread${query}`)).body;
const remove = (user: TestUser, { conversationId, id }: MessageView) =>
  user.delete(`${pathOf(conversationId)}/${id}`);
const seqsOf = (messages: readonly MessageView[]): number[] => messages.map(({ seq }) => seq);

it('S49 threads are flat, and their pages are whole both ways while replies arrive', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const root = await post(owner, conversationId, 'root');
  const first = await reply(others[0]!, conversationId, { threadOf: root.id });
  expect(first).toMatchObject({ rootSeq: root.seq });
  const second = await reply(owner, conversationId, {
    threadOf: first.id,
    replyTo: first.id,
    alsoInConversation: true,
  });
  expect(second).toMatchObject({
    rootSeq: root.seq,
    replyTo: { id: first.id, seq: first.seq, sender: others[0]!.id },
    alsoInConversation: true,
  });
  for (const _ of numbers(9)) {
    await post(owner, conversationId, 'beside');
    await reply(owner, conversationId, { threadOf: root.id });
  }
  const all = seqsOf((await threadOf(owner, root, '?limit=100')).items);
  expect(all).toHaveLength(11);

  const down: number[] = [];
  for (let query = '?limit=3'; ; query = `?limit=3&before=${down[0]}`) {
    const page = await threadOf(owner, first, query); // of a reply: the same thread
    expect(page.root.id).toBe(root.id);
    down.unshift(...seqsOf(page.items));
    await reply(owner, conversationId, { threadOf: root.id });
    if (!page.hasMoreBefore) break;
    expect(down.length).toBeLessThan(all.length);
  }
  expect(down).toEqual(all);

  const up: number[] = [];
  for (let isMore = true; isMore;) {
    const page = await threadOf(owner, root, `?limit=4&after=${up.at(-1) ?? 0}`);
    expect(page.hasMoreBefore).toBe(up.length > 0);
    up.push(...seqsOf(page.items));
    isMore = page.hasMoreAfter;
    if (up.length === 4) await reply(owner, conversationId, { threadOf: root.id });
  }
  expect(up).toEqual(seqsOf((await threadOf(owner, root, '?limit=100')).items));
  const between = await threadOf(owner, root, `?before=${all[3]}`);
  expect([between.hasMoreBefore, between.hasMoreAfter]).toEqual([false, true]);
});

it('S50 the summary of a thread is exact in history and at clients, and nothing is written to its root', async () => {
  const shared = sharedVariables();
  const nodes = [await startApp(shared), await startApp(shared)];
  const { conversationId, owner, user, chat } = await groupWithChat(nodes[0]!);
  const root = await post(owner, conversationId, 'root');
  await reply(owner, conversationId, { threadOf: root.id });
  const { message: asked } = (await user.get(`${pathOf(conversationId)}/${root.id}`)).body;
  expect(asked.thread).toMatchObject({ replyCount: 1, lastReplySender: owner.id });

  const ends = await Promise.all(
    numbers(300).map(async (number) => {
      const { token } = number % 3 === 0 ? user : owner;
      const body = { id: randomUUID(), content: `reply ${number}`, threadOf: root.id };
      for (;;) {
        const node = nodes[number % 2]!;
        const { status } = await node.call('POST', pathOf(conversationId), { token, body });
        if (status !== 503) return status;
      }
    }),
  );
  expect(ends.filter((status) => status >= 300)).toEqual([]);
  const page = (await owner.get(`${pathOf(conversationId)}?around=1&limit=2`)).body;
  const [seen] = page.items as MessageView[];
  expect(seen).toMatchObject({ id: root.id, rev: 0, thread: { replyCount: 301 } });
  const latest = (await owner.get(`${pathOf(conversationId)}?limit=1`)).body.items[0];
  expect(seen?.thread).toMatchObject({
    lastReplySeq: latest.seq,
    lastReplyAt: latest.timestamp,
    lastReplySender: latest.sender,
  });

  await chat.check();
  const timeline = chat.timeline(conversationId)!;
  await until(() => timeline.seq === latest.seq);
  expect(summaryOf(timeline, asked)).toEqual(seen?.thread);
  expect(summaryOf(timeline, root)).toEqual(seen?.thread);
  expect(summaryOf(timeline, seen!)).toEqual(seen?.thread);
});

it('S51 a deleted message is quoted no more, and nothing of its text was copied', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const quoted = await post(owner, conversationId, 'secret words');
  const quote = await reply(owner, conversationId, { replyTo: quoted.id });
  expect(quote.replyTo?.id).toBe(quoted.id);
  expect(quote).not.toHaveProperty('rootSeq');
  await remove(owner, quoted);
  const late = await send(owner, conversationId, 'late', { replyTo: quoted.id });
  expect([late.status, late.body.code]).toEqual([409, 'already-deleted']);
  const history = await owner.get(pathOf(conversationId));
  expect(JSON.stringify(history.body)).not.toContain('secret words');
  const rows = await app.app.connection.collection('messages').find().toArray();
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain('secret words');
});

it('S52 a reply that comes again after its root was deleted gets its first answer', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const root = await post(owner, conversationId, 'root');
  const sent = { id: randomUUID(), threadOf: root.id, replyTo: root.id };
  const first = await send(owner, conversationId, 'a reply', sent);
  expect(first.status).toBe(201);
  await remove(owner, root);
  const again = await send(owner, conversationId, 'a reply', sent);
  expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
  const socket = await owner.connect();
  const command = { conversationId, content: 'a reply', ...sent };
  expect(await ask(socket, 'message:send', command)).toMatchObject({
    ok: true,
    data: { message: first.body.message, duplicate: true },
  });
  const other = await send(owner, conversationId, 'another', { ...sent, id: randomUUID() });
  expect([other.status, other.body.code]).toEqual([409, 'already-deleted']);
});

it('S52 a repeat of an id that answers something else is none, unless the message was edited since', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const root = await post(owner, conversationId, 'root');
  const other = await post(owner, conversationId, 'another root');
  const sent = { id: randomUUID(), threadOf: root.id, replyTo: root.id };
  const first = await send(owner, conversationId, 'a reply', sent);
  const inThread = { id: randomUUID(), threadOf: first.body.message.id };
  expect((await send(owner, conversationId, 'a reply', inThread)).status).toBe(201);
  const repeats = [sent, { ...inThread, threadOf: root.id }]; // of a reply or its root: the same thread
  const others = [
    { id: sent.id },
    { ...sent, threadOf: other.id },
    { ...sent, replyTo: other.id },
    { ...sent, alsoInConversation: true },
    { id: sent.id, replyTo: root.id },
    { id: other.id, threadOf: root.id },
  ];
  for (const repeat of repeats)
    expect((await send(owner, conversationId, 'a reply', repeat)).body.duplicate).toBe(true);
  for (const repeat of others) {
    const content = repeat.id === other.id ? other.content! : 'a reply';
    const { status, body } = await send(owner, conversationId, content, repeat);
    expect([status, body.code, repeat]).toEqual([422, 'idempotency-mismatch', repeat]);
  }
  await edit(owner, first.body.message, 'better');
  const late = await send(owner, conversationId, 'a reply', sent);
  expect([late.status, late.body.message.content]).toEqual([200, 'better']);
});

it('what one socket sends keeps its order, with and without a look at what it names', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const root = await post(owner, conversationId, 'root');
  const socket = await owner.connect();
  const sent = numbers(20).map((number) => ({
    conversationId,
    id: randomUUID(),
    content: `${number}`,
    ...(number % 3 === 0 && { threadOf: root.id }),
  }));
  await Promise.all(sent.map((command) => ask(socket, 'message:send', command)));
  const { items } = (await owner.get(pathOf(conversationId))).body;
  expect(items.map(({ content }: MessageView) => content)).toEqual([
    'root',
    ...sent.map(({ content }) => content),
  ]);
});

it('the thread of a deleted message stays readable, and is closed', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const root = await post(owner, conversationId, 'root');
  const sent = { threadOf: root.id, alsoInConversation: true };
  const [first, second] = [
    await reply(owner, conversationId, { ...sent, replyTo: root.id }),
    await reply(owner, conversationId, sent),
  ];
  await remove(owner, first);
  await remove(owner, root);
  const page = await threadOf(owner, second);
  expect(page.root).toMatchObject({ id: root.id, content: null, thread: { replyCount: 2 } });
  expect(seqsOf(page.items)).toEqual([first.seq, second.seq]);
  expect(page.items[0]).toMatchObject({ content: null, rootSeq: root.seq });
  expect(page.items[0]).not.toHaveProperty('replyTo');
  const late = await send(owner, conversationId, 'late', { threadOf: second.id });
  expect([late.status, late.body.code]).toEqual([409, 'already-deleted']);
});

it('a client keeps what it knows of the thread of a message that is deleted', async () => {
  const app = await startApp();
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  const root = await post(owner, conversationId, 'root');
  for (const _ of numbers(3)) await reply(owner, conversationId, { threadOf: root.id });
  const seen = async () => (await user.get(pathOf(conversationId))).body.items;
  const timeline = chat.timeline(conversationId)!;
  await until(() => timeline.seq === 4);
  timeline.page(await seen());
  expect(summaryOf(timeline, root)).toMatchObject({ replyCount: 3 });
  await remove(owner, root);
  await until(() => timeline.newest(root).deletedAt !== null);
  const [now] = await seen();
  expect(now.thread).toMatchObject({ replyCount: 3 });
  expect(timeline.newest(root)).toEqual(now);
});

it('C84 a reply to a message of another conversation is one to a message that is not there', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const elsewhere = await app.group(2);
  const strange = await post(elsewhere.owner, elsewhere.conversationId, 'elsewhere');
  const socket = await owner.connect();
  for (const field of ['replyTo', 'threadOf'] as const) {
    const bodies: unknown[] = [];
    for (const id of [strange.id, randomUUID()]) {
      const refused = await send(owner, conversationId, 'x', { [field]: id });
      expect(refused.status).toBe(404);
      bodies.push({ ...refused.body, requestId: '' });
      const command = { conversationId, id: randomUUID(), content: 'x', [field]: id };
      expect(await ask(socket, 'message:send', command)).toMatchObject({
        ok: false,
        error: { code: 'not-found' },
      });
    }
    expect(bodies[0]).toEqual(bodies[1]);
  }
  expect((await owner.get(`${pathOf(conversationId)}/${strange.id}/thread`)).status).toBe(404);
  const shown = await send(owner, conversationId, 'x', { alsoInConversation: true });
  expect(shown.status).toBe(422);
  expect((await owner.get(pathOf(conversationId))).body.items).toEqual([]);
});

it('what has a thread is listed, the newest message first, page by page', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(2);
  const roots: MessageView[] = [];
  for (const number of numbers(5)) roots.push(await post(owner, conversationId, `root ${number}`));
  const [, ...withThreads] = roots;
  for (const root of withThreads)
    for (const _ of numbers(2)) await reply(owner, conversationId, { threadOf: root.id });
  const path = `/conversations/${conversationId}/threads`;
  const listed: MessageView[] = [];
  for (let query: string | null = ''; query !== null;) {
    const answer: Page = await owner.get(`${path}?limit=3${query}`);
    const { items, nextCursor } = answer.body;
    listed.push(...items);
    query = nextCursor === null ? null : `&cursor=${nextCursor}`;
  }
  expect(seqsOf(listed)).toEqual(seqsOf(withThreads).toReversed());
  expect(listed.map(({ thread }) => thread?.replyCount)).toEqual([2, 2, 2, 2]);
  expect((await owner.get(`${path}?cursor=x`)).status).toBe(422);
});

it('the client sends replies in order with what is beside them, and opens threads', async () => {
  const app = await startApp();
  const { conversationId, owner, user, chat } = await groupWithChat(app);
  const root = await post(owner, conversationId, 'root');
  for (const number of numbers(4))
    chat.send(conversationId, `${number}`, number % 2 === 0 ? {} : { threadOf: root.id });
  await until(() => chat.timeline(conversationId)?.messages().length === 5);
  for (const _ of numbers(60)) await reply(owner, conversationId, { threadOf: root.id });
  const api = { call: async (_method: string, path: string) => (await user.get(path)).body };
  const late = openChat(app, user); // has seen none of it
  await until(() => late.timeline(conversationId) !== undefined);
  const timeline = late.timeline(conversationId)!;
  const thread = await openThread(api as Parameters<typeof openThread>[0], timeline, root);
  expect(thread.hasMoreBefore).toBe(true);
  const loaded = thread.replies().length;
  await thread.loadOlder();
  expect(thread.hasMoreBefore).toBe(false);
  expect(thread.replies().length).toBeGreaterThan(loaded);
  expect(thread.replies().slice(0, 2)).toMatchObject([{ content: '1' }, { content: '3' }]);
  expect(thread.replies()).toHaveLength(62);
  const next = await reply(owner, conversationId, { threadOf: root.id });
  await until(() => thread.replies().at(-1)?.id === next.id);
  expect(summaryOf(timeline, thread.root())).toMatchObject({
    replyCount: 63,
    lastReplySeq: next.seq,
  });
  expect(timeline.messages().map(({ id }) => id)).toEqual([next.id]);
});

it('a thread that was asked for before all was forgotten is asked for again', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const root = await post(owner, conversationId, 'root');
  const first = await reply(owner, conversationId, { threadOf: root.id });
  const timeline = createTimeline(2, 0);
  let calls = 0;
  const call = async (_method: string, path: string) => {
    const { body } = await owner.get(path);
    calls += 1;
    if (calls > 1) return body;
    // On its way it is overtaken by a change that the client does not see.
    expect((await edit(owner, first, 'edited')).status).toBe(200);
    const there = { lastSeq: 2, lastRev: 1 };
    timeline.synced({ conversationId, reset: true, messages: [], ...there }, { seq: 2, rev: 0 });
    return body;
  };
  const thread = await openThread({ call } as Parameters<typeof openThread>[0], timeline, root);
  expect(thread.replies().map(({ content }) => content)).toEqual(['edited']);
  expect(calls).toBe(2);
});
