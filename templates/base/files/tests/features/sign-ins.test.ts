import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { Devices } from '../../src/backend/auth/devices.service.ts';
import { RefreshTokens } from '../../src/platform/security/refresh-tokens.ts';
import { SignIns } from '../../src/backend/auth/sign-ins.ts';
import { systemClock } from '../../src/platform/lib/time.ts';
import { createModels } from '../../src/models/index.ts';
import { passwordOf } from '../support/accounts.ts';
import { refusal, sharedVariables, startApp, until, type TestApp } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { byHmac, claimsOf, firstKeyOf, forgeToken } from '../support/forged-tokens.ts';
import { createGate } from '../support/node.ts';

const log = pino({ level: 'silent' });
const newPassword = 'a quite new password 1';

const login = (app: TestApp, username: string, password = passwordOf(username), from?: string) =>
  app.call('POST', '/auth/login', {
    body: { login: username, password },
    ...(from === undefined ? {} : { headers: { 'x-forwarded-for': from } }),
  });
const change = (username: string) => ({ currentPassword: passwordOf(username), newPassword });

/** How many sign-ins of a user live. */
const living = ({ app }: TestApp): Promise<number> =>
  app.connection.collection('devices').countDocuments({ revokedAt: null });

/** Sign-ins wait before they are stored until the gate opens; their passwords were looked at. */
function holdSignIns() {
  const gate = createGate();
  const open = SignIns.prototype.open;
  const spy = vi.spyOn(SignIns.prototype, 'open').mockImplementation(async function (
    this: SignIns,
    ...args
  ) {
    await gate.passed;
    return open.apply(this, args);
  });
  onTestFinished(() => spy.mockRestore());
  return { open: gate.open, held: () => spy.mock.calls.length };
}

it('S100 C120 two hundred sign-ins that were proved before a new password and stored after it leave no device', async () => {
  const variables = sharedVariables({ TRUST_PROXY: '1' });
  const nodes = [await startApp(variables), await startApp(variables)] as const;
  const [app] = nodes;
  const user = await app.register('anna');
  expect((await login(app, 'anna')).status).toBe(200);
  const { open, held } = holdSignIns();
  const answers: ReturnType<typeof login>[] = [];
  while (answers.length < 200) {
    // As many as may wait for a hash, each from another place: the counters of one would hold them up.
    for (let count = 0; count < 40; count += 1) {
      const from = `10.0.${answers.length}.1`;
      answers.push(login(nodes[count % 2]!, 'anna', passwordOf('anna'), from));
    }
    await until(() => held() === answers.length);
  }
  expect((await user.post('/auth/password', change('anna'))).status).toBe(204);
  open();
  const statuses = new Set((await Promise.all(answers)).map(({ status }) => status));
  // So many at once may also be told to come back; whoever does is refused then.
  statuses.delete(503);
  expect(statuses).toEqual(new Set([401]));
  expect(await living(app)).toBe(1);
  expect((await user.get('/users/me')).status).toBe(200);
  expect((await login(app, 'anna', newPassword)).status).toBe(200);
});

it('S100 C120 at whatever moment a sign-in meets a new password, none of the old one lives', async () => {
  const app = await startApp();
  const models = createModels(app.app.connection);
  const signIns = new SignIns({
    models,
    clock: systemClock,
    devices: new Devices({
      models,
      clock: systemClock,
      refreshTokens: new RefreshTokens(app.variables['REFRESH_TOKEN_KEY'] as string),
      sockets: { closeDevice: () => Promise.resolve() },
    }),
  });
  for (let round = 0; round < 5; round += 1) {
    const user = await app.register();
    const changed = user.post('/auth/password', change(user.username));
    const proof = { rev: 0, amr: ['pwd'], origin: { address: '192.0.2.1', log } } as const;
    const opened: Promise<string>[] = [];
    const open = (): Promise<string> =>
      signIns.open(user.id, proof).then(
        () => 'opened',
        ({ code }: { code: string }) => code,
      );
    // Some at a time until the change is done, so that some of them meet its transaction.
    for (let end: unknown; end === undefined;) {
      opened.push(open(), open(), open());
      end = await Promise.race([changed, opened.at(-1)!.then(() => undefined)]);
    }
    expect((await changed).status).toBe(204);
    expect(new Set(await Promise.all(opened))).toContain('opened');
    const left = await models.devices.find({ user: user.id, revokedAt: null }).lean();
    expect(left.map(({ _id }) => String(_id))).toEqual([user.session.deviceId]);
  }
});

it('C120 of two new passwords that were proved by the same old one the first counts', async () => {
  const app = await startApp();
  const user = await app.register('anna');
  const other = app.adopt((await login(app, 'anna')).body);
  const answers = await Promise.all([
    user.post('/auth/password', change('anna')),
    other.post('/auth/password', { ...change('anna'), newPassword: 'another new password 2' }),
  ]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 401]));
  expect(await living(app)).toBe(1);
});

it('S112 C127 a token of one user with the device of another is refused, also once its owner used it', async () => {
  const app = await startApp();
  const [anna, bert] = [await app.register('anna'), await app.register('bert')];
  const { kid, key } = firstKeyOf(app.variables);
  const claims = claimsOf(anna.id, bert.session.deviceId);
  const forged = forgeToken({ alg: 'HS256', typ: 'at+jwt', kid }, claims, byHmac(key));
  const ask = async () => [
    (await app.call('GET', '/users/me', { token: forged })).status,
    (await refusal(app.open(forged))).code,
  ];
  expect(await ask()).toEqual([401, 'unauthenticated']);
  expect((await bert.get('/users/me')).status).toBe(200); // also after the forged one asked
  expect(await ask()).toEqual([401, 'unauthenticated']); // now the gate knows the device
  const socket = await anna.connect();
  const answer = await socket.timeout(10_000).emitWithAck('auth:refresh', { token: forged });
  expect(answer).toMatchObject({ ok: false, error: { code: 'unauthenticated' } });
});
