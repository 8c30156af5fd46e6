import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { limits } from '../../src/configs/limits.ts';
import type { RouteContract } from '../../src/contract/define.ts';
import { routes } from '../../src/contract/index.ts';
import { passwordOf } from '../support/accounts.ts';
import { startApp, type Answer, type TestUser } from '../support/app.ts';
import { holdRateLimits } from '../support/timers.ts';

const { rate } = limits;

/**
 * Asks until the limit of a name is reached; how often it went well before, and the refusal. Where
 * the limit of every write is reached sooner it waits for that one.
 */
async function exhaust(name: string, ask: (attempt: number) => Promise<Answer<any>>) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(attempt);
    if (answer.status === 429) {
      if (isOf(answer, name)) return { passed: attempt, answer };
      if (!isOf(answer, 'write')) throw new Error(JSON.stringify(answer.body));
      await sleep(answer.body.retryAfterMs);
      attempt -= 1;
      continue;
    }
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
    if (attempt > 60) throw new Error('there is no limit');
  }
}

const isOf = ({ headers }: Answer<any>, name: string): boolean =>
  headers.get('ratelimit')?.startsWith(`"${name}";`) ?? false;

/** It is a problem that says when to come back. */
function expectAdvice({ body, headers }: Answer<any>, name: string): void {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({ code: 'rate-limited', status: 429 });
  expect(headers.get('retry-after')).toBe(String(Math.ceil(body.retryAfterMs / 1_000)));
  expect(headers.get('ratelimit')).toMatch(new RegExp(`^"${name}";r=0;t=\\d+$`));
}

it.concurrent(
  'C55 the rate limits of an address and a device end where limits.ts says',
  async () => {
    const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
    const user = await app.register();
    const register = await exhaust('register', (attempt) => {
      const username = `user-number-${attempt}`;
      const email = `${username}@example.com`;
      const body = { username, email, password: 'a password of many words' };
      return app.call('POST', '/auth/register', { body });
    });
    expect(register.passed).toBe(rate.registerPerHour);
    expectAdvice(register.answer, 'register');
    let { refreshToken } = user.session;
    const refresh = await exhaust('refresh', async () => {
      const answer = await app.call('POST', '/auth/refresh', { body: { refreshToken } });
      if (answer.status === 200) ({ refreshToken } = answer.body);
      return answer;
    });
    expect(refresh.passed).toBe(rate.refreshPerMinute);
    expectAdvice(refresh.answer, 'refresh');
  },
);

it.concurrent(
  'C08 an address signs in so often in a quarter of an hour, to whatever account',
  async () => {
    const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
    const users = await app.registerMany(rate.loginPerQuarterHour + 1);
    const logins = await exhaust('login', (attempt) => {
      const { username } = users[attempt]!;
      return app.call('POST', '/auth/login', {
        body: { login: username, password: passwordOf(username) },
      });
    });
    expect(logins.passed).toBe(rate.loginPerQuarterHour);
    expectAdvice(logins.answer, 'login');
  },
);

it.concurrent('C58 nobody opens, invites or writes to new people without end', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const strangers = await app.registerMany(rate.newDirectPerHour + 1);
  const directs = await exhaust('newDirect', (attempt) =>
    user.put(`/conversations/direct/${strangers[attempt]!.id}`),
  );
  expect(directs.passed).toBe(rate.newDirectPerHour);
  expectAdvice(directs.answer, 'newDirect');
  expect((await user.put(`/conversations/direct/${strangers[0]!.id}`)).status).toBe(200);

  const groups: string[] = [];
  const opened = await exhaust('conversations', async () => {
    const answer = await user.post('/conversations', { type: 'group', name: 'One more' });
    if (answer.status === 201) groups.push(answer.body.id);
    return answer;
  });
  expect(opened.passed).toBe(rate.conversationsPerDay);
  expectAdvice(opened.answer, 'conversations');

  const invited = await exhaust('invites', (attempt) =>
    user.put(`/conversations/${groups[attempt]}/members/${strangers[0]!.id}`),
  );
  expect(invited.passed).toBe(rate.invitesToOneUserPerHour);
  expectAdvice(invited.answer, 'invites');
});

it('C55 the rate limits of a user end where limits.ts says, and come back in time', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { conversationId, owner, others } = await app.group(2);
  const asks = {
    search: (user: TestUser) => user.get('/users?prefix=abc'),
    history: (user: TestUser) => user.get(`/conversations/${conversationId}/messages`),
    join: (user: TestUser) => user.post(`/conversations/${conversationId}/join`),
    write: (user: TestUser) => user.patch(`/conversations/${conversationId}`, { name: 'Again' }),
  };
  const pass = holdRateLimits();
  for (const [name, ask] of Object.entries(asks)) {
    const { passed, answer } = await exhaust(name, () => ask(owner));
    expect([name, passed]).toEqual([name, rate[name as keyof typeof asks].burst]);
    expectAdvice(answer, name);
    expect([name, (await ask(others[0]!)).status]).not.toEqual([name, 429]);
    pass(answer.body.retryAfterMs);
    expect([name, (await ask(owner)).status]).toEqual([name, 200]);
  }
});

it('C55 every route consumes the rate of its contract before it looks at the request, and that of the address where nobody is signed in', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '1' });
  const names = Object.keys(routes);
  const users = await app.registerMany(names.length);
  holdRateLimits();
  for (const [index, [name, route]] of Object.entries<RouteContract>(routes).entries()) {
    const rateName = route.rate ?? 'global';
    // Nothing takes this parameter and this body: what is refused for it was counted, too.
    const path = `${route.root ? '/' : ''}${route.path.replaceAll(/:\w+/g, 'none')}?none=1`;
    const hasBody = route.method !== 'get';
    const ask = () =>
      app.call(route.method.toUpperCase(), path, {
        headers: { 'X-Forwarded-For': `10.0.0.${index}` },
        ...(route.public ? {} : { token: users[index]!.token }),
        ...(hasBody ? { body: { none: 1 } } : {}),
      });
    const before = await Promise.all(Array.from({ length: rate[rateName].burst }, ask));
    expect([name, before.filter(({ status }) => status === 429)]).toEqual([name, []]);
    const answer = await ask();
    expect([name, answer.status]).toEqual([name, 429]);
    expectAdvice(answer, rateName);
  }
});
