import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.ts';

it('shows a user their own profile in full and others in part', async () => {
  const app = await startApp();
  const [me, other] = [await app.register('anna'), await app.register('bert')];
  expect((await me.get('/users/me')).body).toMatchObject({
    username: 'anna',
    email: 'anna@example.com',
  });
  expect((await me.get(`/users/${other.id}`)).body).toEqual({
    id: other.id,
    username: 'bert',
    displayName: 'bert',
    avatarUrl: null,
    erased: false,
  });
  expect((await me.get(`/users/${'0'.repeat(24)}`)).status).toBe(404);
  expect((await me.get('/users/not-an-id')).status).toBe(422);
});

it('C29 changes what a profile may change and nothing else', async () => {
  const app = await startApp();
  const me = await app.register('anna');
  const changed = await me.patch('/users/me', {
    displayName: 'Anna Å',
    avatarUrl: 'https://example.com/a.png',
  });
  expect(changed.body).toMatchObject({
    displayName: 'Anna Å',
    avatarUrl: 'https://example.com/a.png',
  });
  for (const body of [
    { role: 'admin' },
    { username: 'root' },
    { _id: me.id },
    {},
    { status: 'active' },
  ])
    expect((await me.patch('/users/me', body)).status).toBe(422);
  for (const displayName of ['', ' ', 'a\u202eb', 'a\nb', 'x'.repeat(65)])
    expect((await me.patch('/users/me', { displayName })).status).toBe(422);
  for (const avatarUrl of ['javascript:alert(1)', 'http://example.com/a.png', 'data:,x'])
    expect((await me.patch('/users/me', { avatarUrl })).status).toBe(422);
});

it('C39 C07 searches by the start of a name, as text, for users who are signed in', async () => {
  const app = await startApp();
  const me = await app.register('anna');
  for (const name of ['annemarie', 'annette', 'bert', 'an.ton']) await app.register(name);
  const search = async (prefix: string) =>
    (await me.get(`/users?prefix=${encodeURIComponent(prefix)}`)).body.items?.map(
      (user: { username: string }) => user.username,
    );
  expect(await search('ann')).toEqual(['anna', 'annemarie', 'annette']);
  expect(await search('ANNE')).toEqual(['annemarie', 'annette']);
  for (const text of ['.*.', '^an', '(a+)+$', 'an.n', '[a-z]{3}'])
    expect(await search(text)).toEqual([]);
  expect(await search('an.')).toEqual(['an.ton']);
  expect(await search('anna@example.com')).toEqual([]);
  expect((await me.get('/users?prefix=an')).status).toBe(422);
  expect((await app.call('GET', '/users?prefix=ann')).status).toBe(401);
});

it('S4 C30 no answer holds a hash, a foreign address or a field of the database', async () => {
  const app = await startApp();
  const { conversationId, owner, others } = await app.group(2);
  const answers = await Promise.all(
    [
      '/users/me',
      `/users/${others[0]!.id}`,
      '/users?prefix=user',
      '/conversations',
      `/conversations/${conversationId}`,
      `/conversations/${conversationId}/members`,
      '/devices',
    ].map((path) => owner.get(path)),
  );
  const text = JSON.stringify(answers.map(({ body }) => body));
  for (const secret of ['argon2', 'passwordHash', '__v', '_id', others[0]!.email, 'generation'])
    expect(text).not.toContain(secret);
});

it('S33 a block binds both sides of a direct conversation until it is lifted', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const direct = (await anna.put(`/conversations/direct/${bert.id}`)).body.id;
  const send = async (user: typeof anna) =>
    user.post(`/conversations/${direct}/messages`, { id: randomUUID(), content: 'hello' });
  expect((await send(bert)).status).toBe(201);
  expect((await anna.put(`/users/${bert.id}/block`)).status).toBe(204);
  expect((await anna.put(`/users/${bert.id}/block`)).status).toBe(204);
  const refused = await send(bert);
  expect([refused.status, refused.body.code]).toEqual([403, 'blocked']);
  expect((await send(anna)).body.code).toBe('blocked');
  expect((await bert.get(`/conversations/${direct}/messages`)).status).toBe(200);
  expect((await anna.delete(`/users/${bert.id}/block`)).status).toBe(204);
  expect((await send(bert)).status).toBe(201);
  expect((await anna.put(`/users/${anna.id}/block`)).status).toBe(422);
  expect((await anna.put(`/users/${'0'.repeat(24)}/block`)).status).toBe(404);
});

it('S33 nobody opens a direct conversation past a block', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  await anna.put(`/users/${bert.id}/block`);
  for (const [user, other] of [
    [anna, bert],
    [bert, anna],
  ] as const) {
    const answer = await user.put(`/conversations/direct/${other.id}`);
    expect([answer.status, answer.body.code]).toEqual([403, 'blocked']);
  }
});
