import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../src/contract/messages.ts';
import { ask, done, next, startApp, testVariables, until, type TestApp } from '../support/app.ts';
import { numbers } from '../support/node.ts';
import { startReplicaSet } from '../support/replica-set.ts';

const draft = (content: string) => ({ id: randomUUID(), content });

/** What the primary alone has of a conversation, whether a majority has it or not. */
const onPrimary = (app: TestApp): Promise<number> =>
  app.app.connection
    .collection('messages')
    .find({}, { readConcern: { level: 'local' } })
    .toArray()
    .then((rows) => rows.length);

// Windows cannot stop a process in its tracks.
describe.skipIf(process.platform === 'win32')('a majority', { concurrent: true }, () => {
  it('I1 I4 what only the primary has is neither acknowledged nor shown to anybody', async () => {
    const set = await startReplicaSet(2);
    const app = await startApp({ MONGODB_URI: set.uri });
    const { conversationId, owner, others } = await app.group(2);
    const [writer, reader] = [await owner.connect(), await others[0]!.connect()];
    const arrived = next(reader, 'message:created');
    await done(writer, 'message:send', { conversationId, ...draft('first') });
    await arrived;
    const heard: string[] = [];
    for (const socket of [writer, reader])
      socket.on('message:created', (message) => heard.push(message.content ?? ''));
    const path = `/conversations/${conversationId}/messages`;
    const look = async () => ({
      page: (await owner.get(path)).body.items.map((item: MessageView) => item.content),
      view: (await owner.get(`/conversations/${conversationId}`)).body.lastSeq,
      heads: (await done(reader, 'conversation:heads', {})).heads[0]?.lastSeq,
      synced: await done(reader, 'conversation:sync', {
        cursors: [{ conversationId, seq: 1, rev: 0 }],
      }).then(({ conversations: [one] }) =>
        one !== undefined && 'messages' in one ? one.messages.length : undefined,
      ),
    });

    await set.freeze(1);
    let early: unknown;
    const send = ask(writer, 'message:send', { conversationId, ...draft('second') }).then(
      (answer) => (early = answer),
    );
    await until(async () => (await onPrimary(app)) === 2);
    expect(await look()).toEqual({ page: ['first'], view: 1, heads: 1, synced: 0 });
    expect([early, heard]).toEqual([undefined, []]);

    set.thaw(1);
    expect(await send).toMatchObject({ ok: true, data: { message: { seq: 2 }, duplicate: false } });
    expect(await look()).toEqual({ page: ['first', 'second'], view: 2, heads: 2, synced: 1 });
    await until(() => heard.length === 2);
    expect(heard).toEqual(['second', 'second']);
  });

  it('F17 a repeat on another node waits until a majority has the first one', async () => {
    const set = await startReplicaSet(2);
    const shared = testVariables({ MONGODB_URI: set.uri });
    const nodes = [await startApp(shared), await startApp(shared)] as const;
    const { conversationId, owner } = await nodes[0].group(1);
    const [here, there] = [
      await nodes[0].connect(owner.token),
      await nodes[1].connect(owner.token),
    ];
    await done(there, 'message:send', { conversationId, ...draft('warm') });
    // This one knows the last number then: a duplicate key would wait for the majority, too.
    await done(here, 'message:send', { conversationId, ...draft('warm too') });

    await set.freeze(1);
    const command = { conversationId, ...draft('once') };
    const first = done(here, 'message:send', command);
    await until(async () => (await onPrimary(nodes[0])) === 3);
    let isAnswered = false;
    const repeats = numbers(5).map(() => done(there, 'message:send', command));
    void Promise.race(repeats).then(() => (isAnswered = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnswered).toBe(false);

    set.thaw(1);
    expect(await first).toMatchObject({ message: { seq: 3 }, duplicate: false });
    for (const repeat of await Promise.all(repeats))
      expect(repeat).toMatchObject({ message: { seq: 3 }, duplicate: true });
    expect(await onPrimary(nodes[0])).toBe(3);
  });
});
