import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import { done, startApp, until, type TestSocket } from '../support/app.ts';
import { openTransport, sendCommand, sendPacket } from '../support/raw.ts';

/** Resolves with the code of the WebSocket's end. */
const closed = (socket: TestSocket): Promise<number | undefined> =>
  new Promise((resolve) =>
    socket.once('disconnect', (_reason, details) =>
      resolve((details as { context?: { code?: number } } | undefined)?.context?.code),
    ),
  );

it('C42 raw packets that are no packets end their own socket at most', async () => {
  const app = await startApp();
  const [user, other] = [await app.register(), await app.register()];
  const witness = await other.connect();
  const packets = [
    '4',
    '40',
    '42',
    '42[',
    '42{}',
    '42[]',
    '42[{}]',
    '42["a"',
    '42[1]',
    '42[null]',
    '429999999999["a"]',
    '43',
    '430[]',
    '45',
    '451-',
    '4510-["a",{"_placeholder":true,"num":0}]',
    '46-["x"]',
    '47',
    '4/admin,',
    '40/admin,',
    '44',
    'x',
    '\u0000',
    '42["connect"]',
    '42["disconnecting"]',
    '42["__proto__"]',
    '3',
    '5',
    '6',
    '2probe',
  ];
  for (const packet of packets) {
    const socket = await user.connect();
    const end = closed(socket);
    sendPacket(socket, packet);
    // It has been looked at once what follows is answered, or its socket is closed.
    await Promise.race([end, sendCommand(socket, 'conversation:heads', '')]);
    expect((await done(witness, 'conversation:heads', {})).heads).toEqual([]);
    socket.disconnect();
  }
  await until(() => app.app.io.engine.clientsCount === 1);
});

it('C44 refuses binary data, and waits for what does not come without doing anything', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const witness = await others[0]!.connect();
  const placeholder = (num: number) => `{"_placeholder":true,"num":${num}}`;

  const socket = await owner.connect();
  const command = `"conversationId":"${conversationId}","id":"${randomUUID()}"`;
  const answer = sendCommand(socket, 'message:send', `{${command},"content":${placeholder(0)}}`, 1);
  sendPacket(socket, Buffer.from('binary'));
  expect(await answer).toMatchObject({ ok: false, error: { code: 'validation' } });

  // The most that a packet may announce, and all of it but the last.
  const ten = Array.from({ length: 10 }, (_, num) => placeholder(num));
  sendPacket(socket, `4510-["message:send",${ten.join()}]`);
  for (let count = 1; count < 10; count += 1) sendPacket(socket, Buffer.alloc(60_000));
  await done(witness, 'conversation:heads', {});
  expect(socket.connected).toBe(true);
  const end = closed(socket);
  sendPacket(socket, '42["conversation:heads",{}]'); // text where the last one should come
  await end;

  for (const packets of [
    [`4511-["message:send",${placeholder(0)}]`],
    [`451-["message:send",${placeholder(7)}]`, Buffer.from('x')],
    [Buffer.from('x')],
  ]) {
    const another = await owner.connect();
    const ended = closed(another);
    for (const packet of packets) sendPacket(another, packet);
    await ended;
  }
  await until(() => app.app.io.engine.clientsCount === 1);
  expect((await owner.get(`/conversations/${conversationId}/messages`)).body.items).toEqual([]);
});

it('C34 takes a frame up to its limit and closes with 1009 beyond it', async () => {
  const app = await startApp();
  const user = await app.register();
  const { frameBytes } = limits.socket;
  const frame = (bytes: number): string => {
    const [start, end] = ['42["nothing",{"text":"', '"}]'];
    return start + 'x'.repeat(bytes - start.length - end.length) + end;
  };
  const socket = await user.connect();
  sendPacket(socket, frame(frameBytes));
  await done(socket, 'conversation:heads', {});
  const end = closed(socket);
  sendPacket(socket, frame(frameBytes + 1));
  expect(await end).toBe(1009);
});

it('C34 answers a body of long polling that is too large with 413', async () => {
  const app = await startApp({ SOCKET_POLLING: 'true' });
  const url = `${app.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
  const post = async (bytes: number): Promise<number> =>
    (await fetch(`${url}&sid=${sid}`, { method: 'POST', body: `4${'x'.repeat(bytes - 1)}` }))
      .status;
  expect(await post(limits.socket.frameBytes + 1)).toBe(413);
});

it('C35 a payload of 15,000 levels is refused like any other mistake', async () => {
  const app = await startApp();
  const { conversationId, owner } = await app.group(1);
  const socket = await owner.connect();
  const deep = '['.repeat(15_000) + ']'.repeat(15_000);
  for (const payload of [
    deep,
    `{"conversationId":${deep}}`,
    '{"a":'.repeat(9_000) + '1' + '}'.repeat(9_000),
  ])
    expect(await sendCommand(socket, 'message:send', payload)).toMatchObject({
      ok: false,
      error: {
        code: 'validation',
        errors: [{ detail: expect.stringContaining('nested too deep') }],
      },
    });
  await done(socket, 'message:send', { conversationId, id: randomUUID(), content: 'alive' });
});

it('C51 C60 has one namespace and one version of the protocol, and closes whoever wants another', async () => {
  // With polling, so that the version alone is what the engine can object to.
  const app = await startApp({ SOCKET_POLLING: 'true' });
  const user = await app.register();
  const response = await fetch(`${app.url}/socket.io/?EIO=3&transport=polling`);
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'malformed' }]);
  expect((await fetch(`${app.url}/socket.io/socket.io.js`)).status).not.toBe(200);
  const manager = openTransport(app);
  await new Promise((resolve) => manager.open(() => resolve(undefined)));
  const heard: string[] = [];
  manager.engine.on('data', (packet: string) => heard.push(packet));
  let isClosed = false;
  manager.engine.once('close', () => (isClosed = true));
  sendPacket({ io: manager }, `40/admin,{"token":"${user.token}"}`);
  // Well before the time that a transport without a socket may stay.
  await until(() => isClosed, limits.socket.connectTimeoutMs / 2);
  expect(heard).toEqual(['4/admin,{"message":"Invalid namespace"}']);
  expect(app.app.io.engine.clientsCount).toBe(0);
});
