import type { mongo } from 'mongoose';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createNameSeal } from '../../src/platform/security/data-keys.ts';
import { Database } from '../../src/platform/database/connection.ts';
import { parseEnvironment } from '../../src/configs/env.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { checkSetUp, setUpDatabase } from '../../src/platform/database/set-up.ts';
import { setUpRows, type Migration } from '../../src/platform/database/migrations.ts';
import { createModels } from '../../src/models/index.ts';
import { migrations } from '../../src/models/migrations/index.ts';
import { testVariables, until } from '../support/app.ts';
import { onTestFinished } from '../support/finish.ts';
import { createGate } from '../support/node.ts';
import { runTool, startProcess } from '../support/process.ts';

const silent = pino({ level: 'silent' });
const nameSeal = createNameSeal(parseEnvironment(testVariables()).DATA_KEYS);
const seal = (text: string) => nameSeal.seal(text);
const tools = { log: silent, seal };

/** A database of the test's own, or that of a connection string; nothing in it is prepared. */
async function openDatabase(uri = testVariables()['MONGODB_URI'] as string) {
  const env = parseEnvironment(testVariables({ MONGODB_URI: uri, NODE_ENV: 'production' }));
  const database = new Database(env, silent, migrations);
  const { connection } = database;
  const models = createModels(connection);
  await connection.openUri(uri);
  onTestFinished(async () => {
    await connection.dropDatabase();
    await database.stop();
  });
  return { uri, connection, models };
}

type Connection = Awaited<ReturnType<typeof openDatabase>>['connection'];

/** Starts a production node's database, which checks and changes nothing. */
async function startChecked(uri: string): Promise<void> {
  const env = parseEnvironment(testVariables({ MONGODB_URI: uri, NODE_ENV: 'production' }));
  const database = new Database(env, silent, migrations);
  createModels(database.connection);
  try {
    await database.start();
  } finally {
    await database.stop();
  }
}

async function appliedTo(connection: Connection): Promise<string[]> {
  const rows = await setUpRows(connection)
    .find({ appliedAt: { $exists: true } })
    .toArray();
  return rows.map((row) => row._id).toSorted();
}

/** The clock of the database, in milliseconds. */
async function timeOf({ db }: Connection): Promise<number> {
  const hello = await (db as mongo.Db).admin().command({ hello: 1 });
  return (hello['localTime'] as Date).getTime();
}

it.concurrent('the migrations of this version are in order, each once', () => {
  const names = migrations.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].toSorted());
  for (const name of names) expect(name).toMatch(/^\d{4}-[a-z0-9-]+$/);
});

it.concurrent(
  'C74 of two set-ups at once one works and the other waits; each migration runs once, in order',
  async () => {
    const { uri, connection } = await openDatabase();
    const other = await openDatabase(uri);
    const gate = createGate();
    const ran: string[] = [];
    const make = (name: string, work?: () => Promise<void>): Migration => ({
      name,
      async up(db) {
        ran.push(name);
        await work?.();
        await db.collection('notes').insertOne({ name });
      },
    });
    const list = [make('0001-first', () => gate.passed), make('0002-second')];
    const lines: string[] = [];
    const log = createLogger({ LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) });
    const one = setUpDatabase(connection, { log, seal }, list);
    await until(() => ran.length > 0);
    const two = setUpDatabase(other.connection, { log, seal }, list);
    await until(() => lines.some((line) => line.includes('waiting for it')));
    expect([ran, await appliedTo(connection)]).toEqual([['0001-first'], []]);
    gate.open();
    await Promise.all([one, two]);
    expect(ran).toEqual(['0001-first', '0002-second']);
    expect(await appliedTo(connection)).toEqual(ran);
    expect(lines.map((line) => JSON.parse(line).migration ?? '')).toEqual(['', ...ran]);
    await checkSetUp(connection, list);
  },
);

it.concurrent(
  'what a set-up left behind when it died is taken over once its lease ends',
  async () => {
    const { connection } = await openDatabase();
    const leaseUntil = new Date((await timeOf(connection)) + 1_500);
    await setUpRows(connection).insertOne({ _id: 'lock', holder: 'somebody dead', leaseUntil });
    await setUpDatabase(connection, tools, migrations);
    expect(await timeOf(connection)).toBeGreaterThanOrEqual(leaseUntil.getTime());
  },
);

it.concurrent('a set-up that lost its lock notes nothing of what it was doing', async () => {
  const { connection } = await openDatabase();
  const slow: Migration = {
    name: '0001-slow',
    async up(_db, signal) {
      await setUpRows(connection).updateOne({ _id: 'lock' }, { $set: { holder: 'another' } });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  await expect(setUpDatabase(connection, tools, [slow])).rejects.toThrow('taken the lock');
  expect(await appliedTo(connection)).toEqual([]);
});

it.concurrent(
  'a migration that fails is not noted, and the next set-up does it again',
  async () => {
    const { connection } = await openDatabase();
    let tries = 0;
    const flaky: Migration = {
      name: '0001-flaky',
      async up() {
        tries += 1;
        if (tries === 1) throw new Error('injected');
      },
    };
    await expect(setUpDatabase(connection, tools, [flaky])).rejects.toThrow('injected');
    await expect(checkSetUp(connection, [])).rejects.toMatchObject({ exitCode: 78 });
    await setUpDatabase(connection, tools, [flaky]);
    expect([tries, await appliedTo(connection)]).toEqual([2, ['0001-flaky']]);
  },
);

it.concurrent(
  'F07 C74 production refuses a database without an index or a validator, names it, and makes none',
  async () => {
    const { uri, connection } = await openDatabase();
    await setUpDatabase(connection, tools, migrations);
    await startChecked(uri);
    const refusal = (what: string) => ({ exitCode: 78, message: `${what}: npm run db:setup` });
    for (const [collection, index, fields] of [
      ['messages', 'conversation_1_seq_1', '{"conversation":1,"seq":1}'],
      ['rate_limits', 'expire_1', '{"expire":1}'],
    ] as const) {
      await connection.collection(collection).dropIndex(index);
      const missing = refusal(`the collection ${collection} lacks the index ${fields}`);
      for (let again = 0; again < 2; again += 1)
        await expect(startChecked(uri)).rejects.toMatchObject(missing);
      await setUpDatabase(connection, tools, migrations);
    }
    await connection.db?.command({ collMod: 'memberships', validator: {} });
    const missing = refusal('the collection memberships lacks its validator');
    for (let again = 0; again < 2; again += 1)
      await expect(startChecked(uri)).rejects.toMatchObject(missing);
    await setUpDatabase(connection, tools, migrations);
    await startChecked(uri);
    const later: Migration = { name: '0001-later', up: () => Promise.resolve() };
    await expect(checkSetUp(connection, [later])).rejects.toMatchObject(
      refusal('the migration 0001-later was not applied'),
    );
    await connection.collection('users').drop();
    await expect(startChecked(uri)).rejects.toMatchObject({ exitCode: 78 });
  },
);

it.concurrent(
  'C74 the database itself refuses what does not fit a schema, in every collection',
  async () => {
    const { connection, models } = await openDatabase();
    await setUpDatabase(connection, tools, migrations);
    for (const { collection } of Object.values(models))
      await expect(collection.insertOne({ surprise: true })).rejects.toMatchObject({ code: 121 });
    const users = models.users.collection;
    const row = {
      username: 'anna',
      displayName: 'Anna',
      email: 'a@example.com',
      passwordHash: '-',
    };
    const anna = { ...row, role: 'user', status: 'active', timestamp: new Date() };
    for (const wrong of [{ role: 'root' }, { email: { $gt: '' } }, { timestamp: 'yesterday' }])
      await expect(users.insertOne({ ...anna, ...wrong })).rejects.toMatchObject({ code: 121 });
    // While an upgrade runs, another version may write a field that this one does not know.
    const { insertedId } = await users.insertOne({ ...anna, fromAnotherVersion: 1 });
    await expect(
      users.updateOne({ _id: insertedId }, { $unset: { email: 1 } }),
    ).rejects.toMatchObject({ code: 121 });
  },
);

it.concurrent('a row that is older than its validator can still be changed', async () => {
  const { connection, models } = await openDatabase();
  const { insertedId } = await models.users.collection.insertOne({ username: 'old' });
  await setUpDatabase(connection, tools, migrations);
  const { modifiedCount } = await models.users.collection.updateOne(
    { _id: insertedId },
    { $set: { displayName: 'Old' } },
  );
  expect(modifiedCount).toBe(1);
});

it.concurrent('F07 C74 db:setup, also twice at once, makes what production starts on', async () => {
  const variables = testVariables({ NODE_ENV: 'production', LOG_LEVEL: 'info' });
  const both = await Promise.all([
    runTool('tools/db-setup.ts', variables),
    runTool('tools/db-setup.ts', variables),
  ]);
  for (const { code, output } of both)
    expect([code, output]).toEqual([0, expect.stringContaining('is prepared')]);
  const backend = startProcess(variables);
  expect((await fetch(`${await backend.listening()}/readyz`)).status).toBe(200);
  backend.child.kill('SIGTERM');
  expect(await backend.exit).toBe(0);
  await openDatabase(variables['MONGODB_URI']); // which is dropped with the test
});

it.concurrent(
  'C76 check:env and db:setup say what is wrong with the environment, and end with 78',
  async () => {
    const broken = testVariables({ PORT: 'canary', REFRESH_TOKEN_KEY: '' });
    for (const tool of ['tools/check-env.ts', 'tools/db-setup.ts']) {
      const { code, errors } = await runTool(tool, broken);
      expect([tool, code, errors]).toEqual([
        tool,
        78,
        expect.stringMatching(/^PORT is a number .*\nREFRESH_TOKEN_KEY is missing: .*\n$/),
      ]);
    }
    expect(await runTool('tools/check-env.ts', testVariables())).toMatchObject({
      code: 0,
      errors: '',
    });
  },
);
