import { expect, it } from 'vitest';
import { limits } from '../src/configs/limits.ts';
import { passwordOf } from './support/accounts.ts';
import { startApp, type Answer, type TestUser } from './support/app.ts';
import { holdTheBuckets } from './support/timers.ts';

const { rate } = limits;

/** Asks until a limit is reached; how often it went well before, and the refusal. */
async function exhaust(ask: (attempt: number) => Promise<Answer<any>>) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(attempt);
    if (answer.status === 429) return { passed: attempt, answer };
    if (answer.status >= 400) throw new Error(JSON.stringify(answer.body));
    if (attempt > 60) throw new Error('there is no limit');
  }
}

/** It is a problem that says when to come back. */
function expectAdvice({ body, headers }: Answer<any>, budget: string): void {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({ code: 'rate-limited', status: 429 });
  expect(headers.get('retry-after')).toBe(String(Math.ceil(body.retryAfterMs / 1_000)));
  expect(headers.get('ratelimit')).toMatch(new RegExp(`^"${budget}";r=0;t=\\d+$`));
}

it.concurrent('C55 the budgets of an address and a device end where limits.ts says', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const user = await app.register();
  const register = await exhaust((attempt) => {
    const username = `user-number-${attempt}`;
    const email = `${username}@example.com`;
    const body = { username, email, password: 'a password of many words' };
    return app.call('POST', '/auth/register', { body });
  });
  expect(register.passed).toBe(rate.registerPerHour);
  expectAdvice(register.answer, 'register');
  let { refreshToken } = user.session;
  const refresh = await exhaust(async () => {
    const answer = await app.call('POST', '/auth/refresh', { body: { refreshToken } });
    refreshToken = answer.body.refreshToken ?? refreshToken;
    return answer;
  });
  expect(refresh.passed).toBe(rate.refreshPerMinute);
  expectAdvice(refresh.answer, 'refresh');
});

it.concurrent(
  'C08 an address signs in so often in a quarter of an hour, to whatever account',
  async () => {
    const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
    const users = await app.registerMany(rate.loginPerQuarterHour + 1);
    const logins = await exhaust((attempt) => {
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
  const [user, other] = [await app.register(), await app.register()];
  const strangers = await app.registerMany(rate.newDirectPerHour + 1);
  const directs = await exhaust((attempt) =>
    user.put(`/conversations/direct/${strangers[attempt]!.id}`),
  );
  expect(directs.passed).toBe(rate.newDirectPerHour);
  expectAdvice(directs.answer, 'newDirect');
  expect((await user.put(`/conversations/direct/${strangers[0]!.id}`)).status).toBe(200);

  const groups: string[] = [];
  const opened = await exhaust(async () => {
    const answer = await user.post('/conversations', { type: 'group', name: 'One more' });
    groups.push(answer.body.id);
    return answer;
  });
  expect(opened.passed).toBe(rate.conversationsPerDay);
  expectAdvice(opened.answer, 'conversations');

  const invited = await exhaust((attempt) =>
    user.put(`/conversations/${groups[attempt]}/members/${other.id}`),
  );
  expect(invited.passed).toBe(rate.invitesToOneUserPerHour);
  expectAdvice(invited.answer, 'invites');
});

it('C55 the budgets of a user end where limits.ts says, and come back in time', async () => {
  const app = await startApp({ RATE_LIMIT_FACTOR: '1' });
  const { conversationId, owner, others } = await app.group(2);
  const asks = {
    search: (user: TestUser) => user.get('/users?prefix=abc'),
    history: (user: TestUser) => user.get(`/conversations/${conversationId}/messages`),
    join: (user: TestUser) => user.post(`/conversations/${conversationId}/join`),
    write: (user: TestUser) => user.patch(`/conversations/${conversationId}`, { name: 'Again' }),
  };
  const pass = holdTheBuckets();
  for (const [name, ask] of Object.entries(asks)) {
    const { passed, answer } = await exhaust(() => ask(owner));
    expect([name, passed]).toEqual([name, rate[name as keyof typeof asks].burst]);
    expectAdvice(answer, name);
    expect([name, (await ask(others[0]!)).status]).not.toEqual([name, 429]);
    pass(answer.body.retryAfterMs);
    expect([name, (await ask(owner)).status]).toEqual([name, 200]);
  }
});
