import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { startMongod, type Mongod } from '../../tools/mongod.ts';
import { ask, startApp, testVariables, until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { setLimits } from '../support/limits.ts';
import { idOf } from '../../tools/derived-id.ts';

/** A database of the test's own, which can stop and come back with its data. */
async function ownMongod() {
  const data = await mkdtemp(join(tmpdir(), 'chat-backend-test-'));
  let mongod: Mongod | undefined;
  const start = async (): Promise<string> => {
    mongod = await startMongod({ data, say: () => {} });
    return mongod.uri;
  };
  const stop = async (): Promise<void> => {
    await mongod?.stop();
    mongod = undefined;
  };
  onTestFinished(async () => {
    await stop();
    await rm(data, { recursive: true });
  });
  return { uri: await start(), start, stop };
}

it.concurrent(
  'S35 F01 the database is unavailable: 503 with advice, alive, and well again without a restart',
  async () => {
    setLimits('database', { serverSelectionMs: 2_000 }); // each of the questions below waits for it
    const mongod = await ownMongod();
    const errors: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => errors.push(line) });
    const app = await startApp({ MONGODB_URI: mongod.uri }, { log });
    const { conversationId, owner } = await app.group(2);
    const socket = await owner.connect();
    const path = `/conversations/${conversationId}/messages`;
    const message = (name: string) => ({ id: idOf(name), content: name });
    await owner.post(path, message('before'));

    await mongod.stop();
    await until(async () => (await app.call('GET', '//readyz')).status === 503);
    expect((await app.call('GET', '//livez')).status).toBe(200);
    const login = { login: owner.username, password: 'a password that is wrong' };
    const [answers, ...acknowledgements] = await Promise.all([
      Promise.all([
        app.call('GET', '//readyz'),
        owner.post(path, message('during')),
        owner.get(path),
        owner.get('/conversations'),
        app.call('POST', '/auth/login', { body: login }),
      ]),
      ask(socket, 'message:send', { conversationId, ...message('by-socket') }),
      ask(socket, 'conversation:heads', {}),
    ]);
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, 'unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body.retryAfterMs).toBeGreaterThan(0);
      expect(JSON.stringify(body)).not.toMatch(/mongo|127\.0\.0\.1|ECONN/i);
    }
    const refusal = { code: 'unavailable', retryAfterMs: expect.any(Number) };
    for (const answer of acknowledgements)
      expect(answer).toMatchObject({ ok: false, error: refusal });
    expect(errors.filter((line) => !line.includes('request failed'))).toEqual([]);

    await mongod.start();
    await until(async () => (await app.call('GET', '//readyz')).status === 200);
    expect((await owner.post(path, message('during'))).body).toMatchObject({
      message: { seq: 2, content: 'during' },
    });
  },
);

it.concurrent(
  'F02 a step-down is heard, so that what this node knows of heads is forgotten',
  async () => {
    const mongod = await ownMongod();
    const database = new Database(
      parseEnvironment(testVariables({ MONGODB_URI: mongod.uri })),
      pino({ level: 'silent' }),
      [],
    );
    onTestFinished(() => database.stop());
    let heard = 0;
    database.onTopologyChange(() => (heard += 1));
    await database.start();
    expect(heard).toBe(0);
    await database.connection.db?.admin().command({ replSetStepDown: 1, force: true });
    await until(() => heard > 0);
    await until(() => database.answers());
  },
);
