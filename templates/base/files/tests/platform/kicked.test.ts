import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { done, refusal, startApp, until } from '../support/app.ts';
import { openTransport, sendPacket } from '../support/raw.ts';
import { holdRateLimits } from '../support/timers.ts';

it('C17 what still waits when a node ends a socket is not done', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const messages = app.app.connection.collection('messages');
  const draft = () => ({ conversationId, id: randomUUID(), content: 'hello' });
  await done(socket, 'message:send', draft());
  const edit = { conversationId, messageId: String((await messages.findOne())?._id) };
  // An edit waits for the database; what came in the same moment waits for the edit.
  socket.emit('message:edit', { ...edit, content: 'edited' }, () => {});
  for (let count = 0; count < 20; count += 1) socket.emit('message:send', draft(), () => {});
  const [node] = app.app.io.of('/').sockets.values();
  await new Promise((resolve) => node!.onAny(resolve)); // the first of them has come
  node!.disconnect(true);
  const isEdited = async () => (await messages.findOne({ content: 'edited' })) !== null;
  await until(isEdited);
  const other = await owner.connect();
  await done(other, 'message:send', { ...draft(), content: 'afterwards' });
  const contents = (await messages.find().sort({ seq: 1 }).toArray()).map((row) => row['content']);
  expect(contents).toEqual(['edited', 'afterwards']);
});

it('C56 whoever is kept out is told how much longer', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '10' });
  const user = await app.register();
  const socket = await user.connect();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  const untyped = socket as unknown as { emit(name: string, ...args: unknown[]): void };
  holdRateLimits();
  for (let count = 0; count < limits.socket.violations.burst * 10; count += 1)
    untyped.emit('nothing', {}, () => {});
  await closed;
  const { code, retryAfterMs } = await refusal(app.open(user.token));
  expect(code).toBe('rate-limited');
  expect(retryAfterMs).toBeLessThanOrEqual((limits.socket.violationBanSeconds * 1_000) / 10);
});

it('S37 whose other end answers nothing does not hold up the stop', async () => {
  const app = await startApp();
  const user = await app.register();
  const manager = openTransport(app);
  await new Promise((resolve) => manager.open(() => resolve(undefined)));
  sendPacket({ io: manager }, `40${JSON.stringify({ token: user.token })}`);
  await until(() => app.app.io.of('/').sockets.size === 1);
  // Nothing that comes is read any more, so the close frame is not answered.
  const { ws } = (manager.engine as unknown as { transport: { ws: { pause(): void } } }).transport;
  ws.pause();
  await app.app.stop();
  expect(app.app.http.listening).toBe(false);
  manager.engine.close();
}, 20_000); // the library would wait for 30 s
