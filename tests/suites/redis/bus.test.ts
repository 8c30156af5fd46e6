import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { SessionView } from '../../src/contract/auth.ts';
import { done, next, until } from '../support/app.ts';
import { startNodes } from '../nodes/nodes.ts';
import { startRedis } from '../machines/redis.ts';

/** Everything that a Redis is told from now on, as its MONITOR shows it. */
async function overhear(url: string): Promise<() => string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
  await once(socket, 'connect');
  socket.write('MONITOR\r\n');
  await until(() => heard.startsWith('+OK'));
  return () => heard;
}

it('C75 no token, key or password crosses from node to node', async () => {
  const redis = await startRedis();
  const heard = await overhear(redis.url);
  const [one, two] = await startNodes(2, { REDIS_URL: redis.url });
  const password = 'a password of many words';
  const account = { username: 'anna', email: 'anna@example.com', password };
  const sessions: SessionView[] = [];
  const enter = async (path: string, body: object): Promise<SessionView> => {
    const session = (await one.call<SessionView>('POST', path, { body })).body;
    sessions.push(session);
    return session;
  };
  const anna = one.adopt(await enter('/auth/register', account));
  const other = await enter('/auth/login', { login: 'anna', password });
  const newer = await enter('/auth/refresh', { refreshToken: other.refreshToken });

  const { body: group } = await anna.post('/conversations', { type: 'group', name: 'A group' });
  const here = await anna.connect();
  const there = await two.connect(newer.accessToken);
  await done(there, 'auth:refresh', { token: newer.accessToken });
  const heardThere = next(there, 'message:created');
  const message = {
    conversationId: group.id,
    id: randomUUID(),
    content: 'what members read',
  };
  await done(here, 'message:send', message);
  await heardThere;
  const closed = new Promise((resolve) => there.once('disconnect', resolve));
  const change = { currentPassword: password, newPassword: `${password} and more` };
  expect((await anna.post('/auth/password', change)).status).toBe(204);
  await closed;

  // What members may read does cross, in clear: who reads the bus reads messages.
  expect(heard()).toContain('what members read');
  const { ACCESS_TOKEN_KEYS = '', REFRESH_TOKEN_KEY = '', DATA_KEYS = '' } = one.variables;
  const rings = [ACCESS_TOKEN_KEYS, DATA_KEYS].map((ring) => ring.split(':')[1] as string);
  const secrets = [password, ...rings, REFRESH_TOKEN_KEY];
  for (const { accessToken, refreshToken } of sessions) secrets.push(accessToken, refreshToken);
  for (const secret of secrets) expect(heard()).not.toContain(secret);
});
