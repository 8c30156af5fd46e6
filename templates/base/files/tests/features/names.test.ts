import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createNameSeal } from '../../src/platform/security/data-keys.ts';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { nameKeyOf } from '../../src/contract/name-key.ts';
import { createModels } from '../../src/models/index.ts';
import { nameKeys } from '../../src/models/migrations/0001-name-keys.ts';
import { passwordOf } from '../support/accounts.ts';
import { sharedVariables, startApp, type TestApp } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { migrations } from '../../src/models/migrations/index.ts';

const register = (app: TestApp, username: string) =>
  app.call('POST', '/auth/register', {
    body: { username, email: `${randomUUID()}@example.com`, password: 'a password of many words' },
  });

const reservedAt = (pointer: string) => ({
  code: 'validation',
  errors: [{ pointer, detail: expect.stringContaining('choose another') }],
});

it('S105 C124 nobody registers a name of the system, in whatever disguise', async () => {
  const app = await startApp({ RESERVED_USERNAMES: 'Acme-Chat, ali.baba' });
  const names =
    'admin adm1n 4dmin a.d.m.i.n a-d_m.in admln admin-anna support-team ａｄｍｉｎ ADMIN 5upp0rt he1p ' +
    'sy5tem r00t root. rnoderator n0-reply deleted-user everyone all here api bot-7 ' +
    `deleted-${'0'.repeat(24)} acme-chat acmechat 4cme_chat-anna a1ibaba`;
  for (const username of names.split(' ')) {
    const { status, body } = await register(app, username);
    expect([username, status, body]).toEqual([
      username,
      422,
      expect.objectContaining(reservedAt('/username')),
    ]);
  }
  for (const username of ['ali', 'allan', 'botond', 'apia', 'annadmin', 'supporter', 'herewego'])
    expect([username, (await register(app, username)).status]).toEqual([username, 201]);
});

it('S105 C124 a name that looks like one that is taken is taken', async () => {
  const app = await startApp();
  const taken = { paypal: ['paypa1', 'Paypa1'], 'max.m': ['max-m', 'max_m', 'max._-m'] };
  const more = { barn: ['bam'], wolf: ['vvolf', 'w0lf', 'vv01f'] };
  for (const [name, others] of Object.entries({ ...taken, ...more })) {
    expect([name, (await register(app, name)).status]).toEqual([name, 201]);
    for (const other of others) {
      const { status, body } = await register(app, other);
      expect([other, status, body.code]).toEqual([other, 409, 'username-taken']);
    }
  }
  const racers = await Promise.all(
    ['rn0ney', 'm0ney', 'money', 'rnoney'].map((name) => register(app, name)),
  );
  expect(racers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(racers.filter(({ status }) => status === 409)).toHaveLength(3);
});

it('S105 C124 takes names of all scripts and emoji, and none that hides, stacks or mixes', async () => {
  const app = await startApp();
  const user = await app.register('anna');
  const rename = async (displayName: string) =>
    (await user.patch('/users/me', { displayName })).status;
  const taken =
    'Anna|Zoë Ångström|Анна Каренина|Ἑλένη|山田 太郎|김민준|محمد|דוד|दीपिका|ทักษิณ|Ali|All4Kids|anna ♥|' +
    '❤️ Anna|👩‍👩‍👧‍👦|🏳️‍🌈|1️⃣|👍🏽|42|!|Anna Анна|Nguyễn Thị|O’Brien|Administrasjonen';
  for (const name of taken.split('|')) expect([name, await rename(name)]).toEqual([name, 200]);
  const invisible =
    '\u200b|\u3164|\u2800|\u00ad|\u115f\u1160|\ufe0f|\u200d|\u0301|\u2800\u0301|An\u200bna|' +
    'Anna\u200d|Anna1\ufe0f|a\ufe0f|An\u00adna|\u200eAnna|A\u{e0041}nna|Z\u0300\u0301\u0302\u0303o';
  const mixed = '\u0410nna|Ann\u0430|\u0395va|p\u0430ypal|M\u0430x M|\u0391DMIN';
  const reserved =
    'Deleted user|deleted  USER|Admin|ADMIN|Ａdmin|Ádmin|A.d.m.i.n|Adm1n|Support Team|System|' +
    '𝐀𝐝𝐦𝐢𝐧|adm\u0131n|\u0412\u041e\u0422'; // the last one is Cyrillic and reads BOT
  for (const name of [invisible, mixed, reserved].flatMap((names) => names.split('|')))
    expect([name, await rename(name)]).toEqual([name, 422]);
  const answer = await user.patch('/users/me', { displayName: 'Support' });
  expect(answer.body).toMatchObject(reservedAt('/displayName'));
});

it('a conversation has a name that can be seen', async () => {
  const app = await startApp();
  const user = await app.register('anna');
  for (const name of ['\u200b', '\u3164\u3164', '\u2800'])
    expect((await user.post('/conversations', { type: 'group', name })).status).toBe(422);
});

it('C124 a user whose name is reserved now keeps it', async () => {
  const app = await startApp();
  const user = await app.register('support');
  const login = { login: 'support', password: passwordOf('support') };
  expect((await app.call('POST', '/auth/login', { body: login })).status).toBe(200);
  expect((await user.patch('/users/me', { avatarUrl: null })).status).toBe(200);
});

it('S105 S106 the migration gives a look to its eldest name, and hides names of erased users', async () => {
  const env = parseEnvironment(sharedVariables());
  const database = new Database(env, pino({ level: 'silent' }), migrations);
  const { users, reservedNames } = createModels(database.connection);
  await database.start();
  onTestFinished(() => database.stop());
  const row = { displayName: 'x', passwordHash: '-', role: 'user', timestamp: new Date() };
  const names = ['paypal', 'paypa1', 'max.m', 'max-m', 'gone.one', 'anna'];
  for (const username of names)
    await users.collection.insertOne({
      ...row,
      username,
      email: `${username}@example.com`,
      status: username === 'gone.one' ? 'erased' : 'active',
    });
  const nameSeal = createNameSeal(env.DATA_KEYS);
  const tools = { seal: (text: string) => nameSeal.seal(text) };
  const { signal } = new AbortController();
  for (let again = 0; again < 2; again += 1) {
    await nameKeys.up(database.connection.db as never, signal, tools);
    const rows = await users.find({ status: 'active' }).sort({ _id: 1 }).lean();
    expect(rows.map(({ username, nameKey }) => [username, nameKey])).toEqual([
      ['paypal', 'paypal'],
      ['paypa1', undefined],
      ['max.m', 'max-m'],
      ['max-m', undefined],
      ['anna', 'anna'],
    ]);
    const erased = await users.findOne({ status: 'erased' }).lean();
    expect(erased?.username).toBe(`deleted-${String(erased?._id)}`);
    expect(await reservedNames.find().lean()).toEqual([nameSeal.seal(nameKeyOf('gone.one'))]);
  }
});
