import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { problem, problemStatus } from '../../src/contract/errors.ts';
import { done, startApp, until } from '../support/app.ts';
import { jsonText, packet, runs } from '../support/arbitraries.ts';
import { parts, send, sentBy, startTarget, takesBody, textWith } from '../support/hostile.ts';
import { sendPacket } from '../support/raw.ts';
import { readUses } from '../support/uses.ts';

/** What would end the sign-in with which everything else is asked. */
const endings = new Set(['logout', 'eraseMe', 'changePassword']);

it('P10 C33 any JSON at any route or command gets a documented answer, and nothing else happens', async () => {
  const target = await startTarget();
  const uses = (await readUses()).filter(({ of }) => !endings.has(of));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...uses),
      jsonText,
      fc.nat(),
      fc.constantFrom('', 'a=b', 'limit=1e9', 'cursor=%00', 'before=-1', '%', 'prefix=%ff%fe%fd'),
      async (use, text, place, query) => {
        const sent = sentBy(target, use);
        const somewhere = parts(sent);
        // The whole of it, or one value of what would be valid.
        const { path } = somewhere[place % somewhere.length]!;
        const body = takesBody(target, use) ? textWith(sent, path, text) : '';
        const refusal = await send(target, use, body, query === '' ? '' : `?${query}`);
        if (refusal === undefined) return;
        const { code, status } = problem.strict().parse(refusal);
        expect(problemStatus[code]).toBe(status);
        expect(code).not.toBe('internal');
      },
    ),
    runs(400),
  );
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  await done(target.socket, 'conversation:heads', {});
  expect((await target.user.get('/users/me')).status).toBe(200);
});

it('P11 any frames end their own socket at most', async () => {
  const app = await startApp();
  const [user, other] = [await app.register(), await app.register()];
  const witness = await other.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 6 }), async (packets) => {
      const socket = await user.connect();
      for (const one of packets) sendPacket(socket, one);
      await done(witness, 'conversation:heads', {});
      socket.disconnect();
    }),
    runs(40),
  );
  await until(() => app.app.io.engine.clientsCount === 1);
  expect(app.app.io.of('/').sockets.size).toBe(1);
});

it('P15 a token with any other character in it is no token', async () => {
  const app = await startApp();
  const user = await app.register();
  const { accessToken, refreshToken } = user.session;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/~!';
  const change = (token: string, place: number, letter: string): string =>
    token.slice(0, place) + letter + token.slice(place + 1);
  const isRefused = async (token: string): Promise<boolean> =>
    (await app.call('GET', '/users/me', { token })).status === 401;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(accessToken.length - 1),
      fc.constantFrom(...alphabet.split('')),
      async (place, letter) => {
        fc.pre(accessToken[place] !== letter);
        expect(await isRefused(change(accessToken, place, letter))).toBe(true);
      },
    ),
    runs(100),
  );
  // The last letter of each part carries bits that a decoder may not look at.
  for (const letter of alphabet)
    for (const [token, place] of [
      [accessToken, accessToken.length - 1],
      [accessToken, accessToken.lastIndexOf('.') - 1],
      [refreshToken, refreshToken.length - 1],
    ] as const) {
      if (token[place] === letter) continue;
      const changed = change(token, place, letter);
      const answer =
        token === accessToken
          ? await app.call('GET', '/users/me', { token: changed })
          : await app.call('POST', '/auth/refresh', { body: { refreshToken: changed } });
      expect([letter, place, answer.status]).toEqual([letter, place, 401]);
    }
  expect((await user.get('/users/me')).status).toBe(200);
});
