import { expect, it } from 'vitest';
import { freePort } from '../../tools/free-port.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runTool } from '../support/process.ts';

const collections = ['users', 'conversations', 'memberships', 'messages'];

const countsOf = ({ app }: TestApp): Promise<number[]> =>
  Promise.all(collections.map((name) => app.connection.collection(name).countDocuments()));

/** Runs it against an app; the variables of the app are those of its `.env`. */
const seed = (app: TestApp, changes: Record<string, string> = {}) =>
  runTool('tools/seed.ts', { ...app.variables, PORT: new URL(app.url).port, ...changes });

it('fills an empty database, lets everybody sign in, and changes nothing the second time', async () => {
  const app = await startApp();
  const first = await seed(app);
  expect(first).toMatchObject({ code: 0, errors: '' });
  const counts = await countsOf(app);
  expect(Math.min(...counts)).toBeGreaterThan(2);
  const password = /the password is (\S+)/.exec(first.output)?.[1];
  const login = { login: 'anna', password };
  expect((await app.call('POST', '/auth/login', { body: login })).status).toBe(200);
  expect(await seed(app)).toEqual(first);
  expect(await countsOf(app)).toEqual(counts);
});

it('C10 refuses in production, and makes no account that another key could open', async () => {
  const app = await startApp();
  const refused = await seed(app, { NODE_ENV: 'production' });
  expect(refused).toMatchObject({ code: 78, output: '' });
  expect(await countsOf(app)).toEqual([0, 0, 0, 0]);
  const first = await seed(app);
  const other = await seed(app, { REFRESH_TOKEN_KEY: 'another key' });
  expect([first.code, other.code]).toEqual([0, 1]);
});

it('says what to do when no backend runs', async () => {
  const app = await startApp();
  const { code, errors } = await seed(app, { PORT: String(await freePort()) });
  expect([code, errors]).toEqual([69, expect.stringMatching(/npm run dev\n$/)]);
});
