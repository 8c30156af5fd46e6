import { randomBytes, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { passwordOf } from '../support/accounts.ts';
import { sharedVariables, startApp, type TestApp } from '../support/app.ts';

const register = (app: TestApp, username: string) =>
  app.call('POST', '/auth/register', {
    body: { username, email: `${randomUUID()}@example.com`, password: 'a password of many words' },
  });

it('S106 C124 the name of an erased user is in no answer and nowhere in the database, and stays taken', async () => {
  const app = await startApp();
  const [canary, bert] = [await app.register('canary.name'), await app.register('bert')];
  const body = { type: 'group', name: 'Team', members: [bert.id] };
  const group = (await canary.post('/conversations', body)).body.id;
  const direct = (await canary.put(`/conversations/direct/${bert.id}`)).body.id;
  await canary.post(`/conversations/${group}/messages`, { id: randomUUID(), content: 'hello' });
  const password = passwordOf('canary.name');
  expect((await canary.delete('/users/me', { password })).status).toBe(204);

  const gone = {
    id: canary.id,
    username: `deleted-${canary.id}`,
    displayName: 'Deleted user',
    avatarUrl: null,
    erased: true,
  };
  expect((await bert.get(`/users/${canary.id}`)).body).toEqual(gone);
  expect((await bert.get('/users/me')).body.erased).toBe(false);
  const without: unknown = expect.not.stringMatching(/canary/i);
  const paths = ['/conversations', `/conversations/${direct}`, `/conversations/${group}/members`];
  for (const path of [...paths, '/users?prefix=canary', '/users?prefix=deleted'])
    expect([path, JSON.stringify((await bert.get(path)).body)]).toEqual([path, without]);
  const { connection } = app.app;
  for (const { name } of await connection.listCollections()) {
    const rows = await connection.collection(name).find().toArray();
    expect([name, JSON.stringify(rows)]).toEqual([name, without]);
  }
  for (const name of ['canary.name', 'canary-name', 'Canary_Name', `deleted-${canary.id}`])
    expect([name, (await register(app, name)).status]).toEqual([
      name,
      name.startsWith('deleted') ? 422 : 409,
    ]);
  const email = `${canary.id}@erased.invalid`; // would keep somebody from being erased
  const taken = { username: 'carl', email, password: 'a password of many words' };
  expect((await app.call('POST', '/auth/register', { body: taken })).status).toBe(422);
});

it('S106 a new key of DATA_KEYS frees no name; without the old one nothing starts', async () => {
  const key = () => randomBytes(32).toString('base64url');
  const [old, next] = [`old:${key()}`, `new:${key()}`];
  const variables = sharedVariables({ DATA_KEYS: old });
  const app = await startApp(variables);
  const user = await app.register('canary');
  await user.delete('/users/me', { password: passwordOf('canary') });
  const rotated = await startApp({ ...variables, DATA_KEYS: `${next},${old}` });
  expect((await register(rotated, 'canary')).body.code).toBe('username-taken');
  await expect(startApp({ ...variables, DATA_KEYS: next })).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringMatching(/^DATA_KEYS lacks the key old, /),
  });
});
