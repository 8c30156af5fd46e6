import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { ask, done, next, refusal, startApp, type TestSocket } from '../support/app.ts';
import { sendCommand, sendPacket } from '../support/raw.ts';
import { holdRateLimits } from '../support/timers.ts';

const { burst, perSecond } = limits.socket.violations;
const dayMs = 24 * 3_600_000;

const refuse = (socket: TestSocket) => ask(socket, 'nothing' as never, {});

const refuseMany = (socket: TestSocket, count: number) =>
  Promise.all(Array.from({ length: count }, () => refuse(socket)));

it('C56 violations fade: one more a day later bans nobody', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const socket = await user.connect();
  const pass = holdRateLimits();
  await refuseMany(socket, burst - 1);
  pass(dayMs);
  await refuseMany(socket, burst - 1);
  pass(1_000 / perSecond); // one of them
  await refuse(socket);
  await done(socket, 'conversation:heads', {});
});

it('C56 connecting again forgets no violation', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const [user, other] = await app.registerMany(2);
  holdRateLimits();
  const first = await user!.connect();
  await refuseMany(first, burst - 1);
  first.disconnect();
  const second = await user!.connect();
  const closed = new Promise((resolve) => second.once('disconnect', resolve));
  void refuse(second).catch(() => {}); // its answer may be lost with the socket
  await closed;
  expect(await refusal(app.open(user!.token))).toMatchObject({
    code: 'rate-limited',
    detail: expect.any(String) as string,
  });
  await done(await other!.connect(), 'conversation:heads', {});
});

it('S12 a command without an acknowledgement is told, and the first one of a socket logged', async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const log = createLogger({ LOG_LEVEL: 'warn' }, { write });
  const app = await startApp({}, { log });
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const message = { conversationId, id: randomUUID(), content: 'hello' };
  const told = next(socket, 'problem');
  sendPacket(socket, `42["message:send",${JSON.stringify(message)}]`);
  expect(await told).toEqual({
    event: 'message:send',
    code: 'malformed',
    detail: expect.stringContaining('emitWithAck(name, payload)') as string,
  });
  for (const [packet, event] of [
    ['42["message:edit"]', 'message:edit'],
    ['42[7,{}]', '7'],
    [`42["${'x'.repeat(1_000)}"]`, 'x'.repeat(64)],
  ] as const) {
    const more = next(socket, 'problem');
    sendPacket(socket, packet);
    expect(await more).toMatchObject({ event, code: 'malformed' });
  }
  const { body } = await owner.get(`/conversations/${conversationId}`);
  expect(body.lastSeq).toBe(0);
  const other = await owner.connect();
  const unknown = next(other, 'problem');
  sendPacket(other, '42["my secret"]');
  await unknown;
  const line = { level: 'warn', userId: owner.id };
  expect(lines).toEqual([
    expect.objectContaining({ ...line, command: 'message:send', socketId: socket.id }),
    // What a client wrote is not in the log.
    expect.objectContaining({ ...line, command: 'unknown', socketId: other.id }),
  ]);
});

it('C56 commands without acknowledgement are violations', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const socket = await user.connect();
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  holdRateLimits();
  for (let count = 1; count < burst; count += 1) sendPacket(socket, '42["conversation:heads",{}]');
  expect((await sendCommand(socket, 'conversation:heads', '{}')).ok).toBe(true);
  sendPacket(socket, '42["conversation:heads",{}]');
  await closed;
  expect(await refusal(app.open(user.token))).toMatchObject({ code: 'rate-limited' });
});

it('a command with two payloads says what it takes', async () => {
  const app = await startApp();
  const socket = await (await app.register()).connect();
  expect(await sendCommand(socket, 'conversation:heads', '{},{}')).toMatchObject({
    error: { code: 'malformed', detail: expect.stringContaining('one payload') as string },
  });
});
