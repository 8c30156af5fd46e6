import { describe, expect, it, vi } from 'vitest';
import { ask, startApp, until } from '../support/app.ts';
import { setLimits } from '../support/limits.ts';
import { idOf } from '../../tools/derived-id.ts';
import { numbers } from '../support/node.ts';
import { startReplicaSet } from '../support/replica-set.ts';

/** A database that will freeze, and somebody who has sent a first message. */
async function startWriter() {
  const set = await startReplicaSet(1);
  const app = await startApp({ MONGODB_URI: set.uri });
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const send = (content: string) =>
    ask(socket, 'message:send', { conversationId, id: idOf(content), content });
  const insert = vi.spyOn(app.app.connection.collection('messages'), 'insertMany');
  expect(await send('before')).toMatchObject({ ok: true });
  return {
    app,
    send,
    async freeze() {
      setLimits('message', { sendDeadlineMs: 3_000 });
      await set.freeze(0);
    },
    thaw: () => set.thaw(0),
    /** The right of the writer has to be read each time. */
    forget: () => setLimits('socket', { revalidateAloneMs: 0 }),
    /** Resolves once the next message is on its way to the database. */
    inserted: () => until(() => insert.mock.calls.length > 1),
    stored: () => app.app.connection.collection('messages').find().sort({ seq: 1 }).toArray(),
  };
}

// Windows cannot stop a process in its tracks.
describe.skipIf(process.platform === 'win32')('a database that freezes', () => {
  it('I5 what waits behind a send of unknown outcome fails with it, also before the queue', async () => {
    const { app, send, freeze, thaw, forget, stored } = await startWriter();
    // The right of the first one has to be read, and the others wait for their turn.
    forget();
    await freeze();
    const [first, ...behind] = ['first', 'second', 'third'].map(send);
    const lost = { ok: false, error: { code: 'unavailable' } };
    expect(await first).toMatchObject(lost);
    thaw();
    for (const answer of await Promise.all(behind)) expect(answer).toMatchObject(lost);

    await until(async () => (await app.call('GET', '//readyz')).status === 200);
    for (const content of ['first', 'second', 'third'])
      await until(async () => (await send(content)).ok);
    const contents = (await stored()).map((row) => row['content']);
    expect(contents).toEqual(['before', 'first', 'second', 'third']);
  });

  it('S35 every send is answered, and all goes on when it comes back', async () => {
    const { send, freeze, thaw, forget, inserted, stored } = await startWriter();
    await freeze();
    const queued = send('queued'); // the right is known
    await inserted();
    forget();
    const atGate = send('at-the-gate'); // now it would have to be read
    for (const answer of await Promise.all([queued, atGate]))
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'unavailable', retryAfterMs: expect.any(Number) },
      });

    thaw();
    await until(async () => (await send('afterwards')).ok);
    await until(async () => (await send('queued')).ok);
    const rows = await stored();
    expect(rows.map((row) => row['seq'])).toEqual(numbers(rows.length));
    expect(new Set(rows.map((row) => row['content'])).size).toBe(rows.length);
  });
});
