import { expect, it } from 'vitest';
import { KnownDevices } from '../../src/backend/auth/known-devices.ts';
import { systemClock } from '../../src/platform/lib/time.ts';
import { limits } from '../../src/configs/limits.ts';
import { passwordOf } from '../support/accounts.ts';
import { sharedVariables, startApp, type TestApp, type TestUser } from '../support/app.ts';

const { rate } = limits;
const variables = { RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' };
const wrong = 'not the password at all';

/** A try to sign in from an address. */
async function attempt(
  app: TestApp,
  from: string,
  body: { login: string; password?: string; knownDeviceToken?: string },
): Promise<number> {
  const headers = { 'x-forwarded-for': from };
  const { login, password = passwordOf(login), ...rest } = body;
  const full = { login, password, ...rest };
  return (await app.call('POST', '/auth/login', { body: full, headers })).status;
}

const tokenOf = ({ session }: TestUser): string => session.knownDeviceToken;

it('S101 C08 C121 two hundred wrong passwords from forty addresses lock nobody out', async () => {
  const shared = sharedVariables(variables);
  const [app, other] = [await startApp(shared), await startApp(shared)];
  const user = await app.register('anna');
  const tried = new Set<number>();
  const places = Array.from({ length: 40 }, (_, index) => `198.51.100.${index + 1}`).values();
  const guess = async (): Promise<void> => {
    for (const from of places)
      for (let tries = 0; tries < 5; tries += 1) {
        const node = tries % 2 === 0 ? app : other;
        tried.add(await attempt(node, from, { login: 'anna', password: wrong }));
      }
  };
  await Promise.all(Array.from({ length: 8 }, guess));
  expect(tried).toEqual(new Set([401, 429]));
  // What they tried from does not get in, not even with the right one.
  expect(await attempt(app, '198.51.100.40', { login: 'anna' })).toBe(429);
  const known = { login: 'anna', knownDeviceToken: tokenOf(user) };
  expect(await attempt(other, '198.51.100.40', known)).toBe(200);
  expect(await attempt(app, '203.0.113.1', { login: 'anna' })).toBe(200);
  expect(await attempt(app, '203.0.113.2', { login: 'anna', password: wrong })).toBe(401);
  expect(await attempt(app, '203.0.113.2', { login: 'anna' })).toBe(200);
});

it('S102 C121 six wrong ones from one address close it alone, and no token of another account opens it', async () => {
  const app = await startApp(variables);
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const from = '198.51.100.1';
  const statuses: number[] = [];
  for (let tries = 0; tries < 6; tries += 1)
    statuses.push(await attempt(app, from, { login: 'anna', password: wrong }));
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  // The first delay lasts a second, and a slow machine may take that long.
  const later = { $set: { expire: new Date(Date.now() + 60_000) } };
  await app.app.connection.collection('rate_limits').updateOne({ key: /^login-delays/ }, later);
  for (const knownDeviceToken of [tokenOf(bert), `${tokenOf(anna).slice(0, -2)}xx`, 'x'])
    expect(await attempt(app, from, { login: 'anna', knownDeviceToken })).toBe(429);
  expect(await attempt(app, '198.51.100.2', { login: 'anna' })).toBe(200);
  expect(await attempt(app, from, { login: 'bert' })).toBe(200);
  expect(await attempt(app, from, { login: 'anna', knownDeviceToken: tokenOf(anna) })).toBe(200);
});

it('C121 a login that nobody has counts like one that somebody has', async () => {
  const app = await startApp(variables);
  await app.register('anna');
  for (const login of ['anna', 'nobody', 'anna@example.com', 'nobody@example.com']) {
    const from = `198.51.100.${login.length}`;
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries += 1)
      statuses.push(await attempt(app, from, { login, password: wrong }));
    expect([login, statuses]).toEqual([login, [401, 401, 401, 401, 401, 429]]);
  }
});

it('C121 a known device keeps its name from sign-in to sign-in, so that it has one rate limit', async () => {
  const app = await startApp(variables);
  const user = await app.register('anna');
  const devices = new KnownDevices(app.variables['REFRESH_TOKEN_KEY'] as string, systemClock);
  const knownAs = devices.read(tokenOf(user))?.knownAs;
  const body = { login: 'anna', password: passwordOf('anna'), knownDeviceToken: tokenOf(user) };
  const again = app.adopt((await app.call('POST', '/auth/login', { body })).body);
  const { refreshToken } = again.session;
  const refreshed = await app.call('POST', '/auth/refresh', { body: { refreshToken } });
  for (const token of [tokenOf(again), refreshed.body.knownDeviceToken])
    expect(devices.read(token)).toEqual({ userId: user.id, knownAs });
  const elsewhere = app.adopt(
    (await app.call('POST', '/auth/login', { body: { ...body, knownDeviceToken: undefined } }))
      .body,
  );
  expect(devices.read(tokenOf(elsewhere))?.knownAs).toBe(elsewhere.session.deviceId);
  // Its own limit of sign-ins, in place of that of its address.
  const statuses = new Set<number>();
  for (let count = 0; count < rate.loginPerQuarterHour; count += 1)
    statuses.add((await app.call('POST', '/auth/login', { body })).status);
  expect(statuses).toEqual(new Set([200, 429]));
});

it('C121 takes no token of a known device that is old, of another key, or changed', () => {
  const key = Buffer.alloc(32, 1).toString('base64url');
  const at = (day: number) => ({ now: () => new Date(day * 24 * 3_600_000) });
  const device = { userId: 'a'.repeat(24), knownAs: 'b'.repeat(24) };
  const token = new KnownDevices(key, at(1_000)).sign(device);
  const { knownDeviceDays } = limits.token;
  expect(new KnownDevices(key, at(1_000 + knownDeviceDays)).read(token)).toEqual(device);
  expect(new KnownDevices(key, at(1_001 + knownDeviceDays)).read(token)).toBeUndefined();
  const today = new KnownDevices(key, at(1_000));
  for (const other of [token.replace('aa', 'ab'), token.replace('.1000.', '.1001.'), '', undefined])
    expect([other, today.read(other)]).toEqual([other, undefined]);
  const otherKey = Buffer.alloc(32, 2).toString('base64url');
  expect(new KnownDevices(otherKey, at(1_000)).read(token)).toBeUndefined();
});

it('S103 C122 a weak new password is refused before a hash is looked at, and the eleventh change an hour', async () => {
  const app = await startApp(variables);
  const user = await app.register('anna');
  const weak = { currentPassword: wrong, newPassword: 'passwordpassword' };
  // A wrong current one is not even noticed, however often.
  for (let tries = 0; tries <= rate.wrongPasswordsPerHour; tries += 1) {
    const answer = await user.post('/auth/password', weak);
    expect([answer.status, answer.body.code]).toEqual([422, 'weak-password']);
  }
  const passwords = Array.from({ length: 12 }, (_, index) => `a quite new password ${index}`);
  const statuses: number[] = [];
  let currentPassword = passwordOf('anna');
  for (const newPassword of passwords.slice(1)) {
    statuses.push((await user.post('/auth/password', { currentPassword, newPassword })).status);
    currentPassword = newPassword;
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 204), 429]);
  const again = await user.post('/auth/password', { ...weak, newPassword: passwords[0]! });
  expect(again.headers.get('ratelimit')).toMatch(/^"passwordChange";r=0/);
});

it('C121 whoever is signed in has five wrong passwords an hour and device', async () => {
  const app = await startApp(variables);
  const user = await app.register('anna');
  const answers: unknown[] = [];
  const newPassword = 'a quite new password 1';
  for (const currentPassword of [wrong, wrong, wrong, wrong, wrong, wrong])
    answers.push((await user.post('/auth/password', { currentPassword, newPassword })).status);
  expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
  // Elsewhere the user signs in, and does what is asked there.
  const other = app.adopt(
    (
      await app.call('POST', '/auth/login', {
        body: { login: 'anna', password: passwordOf('anna') },
      })
    ).body,
  );
  const passwords = { currentPassword: passwordOf('anna'), newPassword };
  expect((await other.post('/auth/password', passwords)).status).toBe(204);
});

it('C122 registering looks at names and addresses before it hashes', async () => {
  const app = await startApp();
  await app.register('anna');
  const register = (username: string, email: string) =>
    app.call('POST', '/auth/register', {
      body: { username, email, password: 'a password of many words' },
    });
  // More at once than may wait for a hash: none of them does.
  const { hashesInFlight, hashesWaiting } = limits.password;
  const answers = await Promise.all(
    Array.from({ length: hashesInFlight + hashesWaiting + 20 }, (_, index) =>
      index % 2 === 0
        ? register('anna', `new-${index}@example.com`)
        : register(`new-${index}`, 'anna@example.com'),
    ),
  );
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(
    new Set(['username-taken', 'email-taken']),
  );
});
