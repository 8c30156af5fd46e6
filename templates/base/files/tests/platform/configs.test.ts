import { createHash, randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { pino } from 'pino';
import { expect, inject, it } from 'vitest';
import { Database } from '../../src/platform/database/connection.ts';
import { isPlainText, topologyMark } from '../../src/platform/database/deployment.ts';
import { EnvironmentError, parseEnvironment } from '../../src/configs/env.ts';
import { limits } from '../../src/configs/limits.ts';
import { createLogger } from '../../src/platform/lib/logger.ts';
import { createModels } from '../../src/models/index.ts';
import { startApp, testVariables } from '../support/app.ts';

const key = (): string => randomBytes(32).toString('base64url');

/** The lines that a changed environment is refused with. */
function linesOf(changes: Record<string, string>): readonly string[] {
  try {
    parseEnvironment(testVariables(changes));
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.lines;
    throw error;
  }
}

it('reads every variable, and an empty one as its default', () => {
  const env = parseEnvironment({
    MONGODB_URI: 'mongodb://localhost/chat',
    ACCESS_TOKEN_KEYS: `new:${key()}, old:${key()}`,
    REFRESH_TOKEN_KEY: key(),
    DATA_KEYS: `d1:${key()}`,
    RESERVED_USERNAMES: 'Acme, acme-support',
    ALLOWED_ORIGINS: 'https://chat.example.com, http://localhost:5173',
    TRUST_PROXY: '10.0.0.0/8,fd00::/8,192.0.2.1',
    SOCKET_POLLING: 'true',
    RATE_LIMIT_FACTOR: '0.5',
    PORT: '',
  });
  expect(env).toMatchObject({
    NODE_ENV: 'production',
    HOST: '0.0.0.0',
    PORT: 3000,
    ACCESS_TOKEN_KEYS: [{ kid: 'new' }, { kid: 'old' }],
    DATA_KEYS: [{ kid: 'd1' }],
    RESERVED_USERNAMES: ['acme', 'acme-support'],
    ALLOWED_ORIGINS: ['https://chat.example.com', 'http://localhost:5173'],
    TRUST_PROXY: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1'],
    LOG_LEVEL: 'info',
    RATE_LIMIT_FACTOR: 0.5,
    SOCKET_POLLING: true,
  });
});

it('C12 S2 refuses secrets that somebody could guess, and never says them', () => {
  const weak = {
    short: randomBytes(31).toString('base64url'),
    word: 'secret',
    words: 'My-very-long-Secret-key-that-nobody-will-ever-guess-1',
    repeated: 'aB3-'.repeat(12),
    one: 'A'.repeat(64),
    alphabet: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    lower: 'k3jq9z7w1m5x8v2n6b4c0-s_d1f5g3h8l2p7r9t4y6u0i',
    sample: 'change-me-to-32-random-bytes-K3jq9z7W1m5x8V2n6b4c0',
    base64: `${randomBytes(30).toString('base64')}+/==`,
  };
  for (const [name, secret] of Object.entries(weak)) {
    for (const changes of [
      { REFRESH_TOKEN_KEY: secret },
      { ACCESS_TOKEN_KEYS: `k1:${key()},k2:${secret}` },
      { DATA_KEYS: `k1:${key()},k2:${secret}` },
    ]) {
      const lines = linesOf(changes);
      expect([name, lines.length]).toEqual([name, 1]);
      expect(lines[0]).toMatch(
        new RegExp(`^${Object.keys(changes)[0]} is weak: .*crypto\\.randomBytes`),
      );
      expect(lines[0]).not.toContain(secret);
    }
  }
  expect(linesOf({ ACCESS_TOKEN_KEYS: '', REFRESH_TOKEN_KEY: '', DATA_KEYS: '' })).toEqual([
    expect.stringMatching(/^ACCESS_TOKEN_KEYS is missing: .*k1:/),
    expect.stringMatching(/^REFRESH_TOKEN_KEY is missing: /),
    expect.stringMatching(/^DATA_KEYS is missing: .*k1:.*crypto\.randomBytes/),
  ]);
});

it('C13 takes a ring of keys with names and secrets of their own', () => {
  const [one, two] = [key(), key()];
  expect(linesOf({ ACCESS_TOKEN_KEYS: `a:${one},a:${two}` })[0]).toContain('two keys of one name');
  expect(linesOf({ ACCESS_TOKEN_KEYS: `a:${one},b:${one}` })[0]).toContain('one secret twice');
  for (const ring of [one, `:${one}`, `a b:${one}`, `a:${one},`])
    expect([ring, linesOf({ ACCESS_TOKEN_KEYS: ring })[0]]).toEqual([
      ring,
      expect.stringMatching(/^ACCESS_TOKEN_KEYS is written as name:secret/),
    ]);
});

it('C12 takes every key that is made as the message says', () => {
  // Hashes are as random bytes, and the same in each run: no run meets the one key in millions.
  for (let count = 0; count < 500; count += 1) {
    const bytes = createHash('sha256').update(String(count)).digest('base64url');
    expect(linesOf({ REFRESH_TOKEN_KEY: bytes })).toEqual([]);
  }
});

it('C76 names each wrong variable in one line with what to type, and no value', () => {
  const wrong: [name: string, value: string, advice: string][] = [
    ['NODE_ENV', 'prod', 'development, test, production'],
    ['PORT', '65536', 'from 0 to 65535'],
    ['PORT', '80a', 'from 0 to 65535'],
    ['MONGODB_URI', 'postgres://canary@host/', 'mongodb://'],
    ['ALLOWED_ORIGINS', 'https://chat.example.com/', 'https://chat.example.com'],
    ['ALLOWED_ORIGINS', '*', 'no *'],
    ['ALLOWED_ORIGINS', 'https://Chat.example.com', 'lower case'],
    ['ALLOWED_ORIGINS', 'null', 'origins'],
    ['RESERVED_USERNAMES', 'acme,canary inc', 'acme,acme-support'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info'],
    ['RATE_LIMIT_FACTOR', '0', 'above 0'],
    ['RATE_LIMIT_FACTOR', 'Infinity', 'above 0'],
    ['RATE_LIMIT_FACTOR', 'much', 'above 0'],
    ['SOCKET_POLLING', 'yes', 'true, false'],
  ];
  for (const [name, value, advice] of wrong) {
    const lines = linesOf({ [name]: value });
    expect([value, lines]).toEqual([value, [expect.stringContaining(advice)]]);
    expect(lines[0]).toMatch(new RegExp(`^${name} [^\n]+$`));
    expect(lines[0]).not.toContain('canary');
  }
  expect(linesOf({ MONGODB_URI: '' })[0]).toMatch(/^MONGODB_URI is missing: .*mongodb:\/\//);
  expect(linesOf({ PORT: 'x', HOST: '', LOG_LEVEL: 'x', TRUST_PROXY: 'true' })).toHaveLength(3);
});

it('C52 refuses to believe everybody', () => {
  for (const value of ['true', 'yes', '-1', '17', '10.0.0.0/33', 'loopback', '10.0.0.0/8 fd00::/8'])
    expect([value, linesOf({ TRUST_PROXY: value })[0]]).toEqual([
      value,
      expect.stringMatching(/^TRUST_PROXY is the number of proxies .*never true$/),
    ]);
});

it('C67 writes no field that is not known to be harmless, and no value that an error quotes', () => {
  const lines: string[] = [];
  const log = createLogger({ LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) });
  const cause = Object.assign(new Error('dup key: { email: "canary@example.com" }'), {
    code: 11_000,
    keyValue: { email: 'canary' },
  });
  log.child({ requestId: 'r-1', userId: 'u-1' }).warn(
    {
      err: new TypeError('Cast failed for "{ \\"canary\\": 1 }" and `canary`', { cause }),
      event: 'test',
      body: { content: 'canary' },
      address: { port: 1, password: 'canary' },
      reason: ['kept', { token: 'canary' }],
    },
    'a line\nof its own',
  );
  log.error(cause);
  expect(lines.join('')).not.toContain('canary');
  expect(lines).toHaveLength(2); // CR and LF never begin a line
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    level: 'warn',
    time: expect.stringMatching(/Z$/),
    requestId: 'r-1',
    userId: 'u-1',
    event: 'test',
    body: '[redacted]',
    address: { port: 1, password: '[redacted]' },
    err: {
      type: 'TypeError',
      stack: expect.stringMatching(/^TypeError: [^\n]*\n {4}at /),
      cause: { type: 'Error', code: 11_000 },
    },
  });
});

it('C38 C36 a misspelt path in a filter or a document is an error, an operator no match', async () => {
  const app = await startApp();
  const users = app.app.connection.model('User');
  await app.register('anna');
  await expect(users.deleteMany({ usernam: 'anna' })).rejects.toThrow('not in schema');
  await expect(users.updateOne({ username: 'anna' }, { rol: 'admin' })).rejects.toThrow(
    'not in schema',
  );
  await expect(users.find({ username: { $ne: null } })).rejects.toThrow('Cast to string failed');
  await expect(users.find({ $where: 'true' })).rejects.toThrow('not allowed');
  expect(await users.countDocuments({ username: 'anna' })).toBe(1);
});

it('C63 gives every query the time of limits.ts', async () => {
  const app = await startApp();
  const { users } = createModels(app.app.connection);
  const query = users.findOne({ username: 'anna' });
  const pipeline = users.aggregate([{ $match: { username: 'anna' } }]);
  await Promise.all([query, pipeline]);
  const { queryMs } = limits.database;
  expect([query.getOptions(), pipeline.options]).toMatchObject([
    { maxTimeMS: queryMs },
    { maxTimeMS: queryMs },
  ]);
});

it('C76 an address that is wrong in itself is said at once, without its password', async () => {
  for (const uri of ['mongodb://user:canary@@host/', 'mongodb://host/?canary=1', 'mongodb://'])
    expect([uri, linesOf({ MONGODB_URI: uri })]).toEqual([
      uri,
      [expect.stringMatching(/^MONGODB_URI is no connection string: (?!.*canary)/)],
    ]);
  const uri = inject('mongodbUri').replace('//', '//user:canary@');
  const env = parseEnvironment(testVariables({ MONGODB_URI: uri }));
  const database = new Database(env, pino({ level: 'silent' }), []);
  const error: unknown = await database.start().catch((thrown: unknown) => thrown);
  await database.stop();
  expect(error).toMatchObject({ exitCode: 78, message: expect.stringContaining('refuses') });
  expect((error as Error).message).toMatch(/^MONGODB_URI (?!.*canary)/);
});

it('C74 knows which connection others on the network can read', () => {
  const plain = {
    'mongodb://db.example.com/chat': true,
    'mongodb://127.0.0.1:1,db.example.com/chat': true,
    'mongodb://localhost,127.0.0.1:2,[::1]:3/chat': false,
    'mongodb://%2Ftmp%2Fmongod.sock/chat': false,
    'mongodb://db.example.com/chat?tls=true': false,
  };
  for (const [uri, expected] of Object.entries(plain))
    expect([uri, isPlainText(new mongo.MongoClient(uri))]).toEqual([uri, expected]);
});

it('hears of an election, not of a heartbeat', () => {
  const server = { address: 'a:1', type: 'RSPrimary', electionId: 'e1', setVersion: 1 };
  const mark = (...servers: object[]): string =>
    topologyMark({
      type: 'ReplicaSetWithPrimary',
      servers: new Map(servers.map((one, index) => [String(index), one])),
    } as never);
  const second = { ...server, address: 'b:1', type: 'RSSecondary', electionId: null };
  expect(mark(server, { ...second, lastWriteDate: 2 })).toBe(mark(server, second));
  for (const change of [{ electionId: 'e2' }, { address: 'c:1' }, { type: 'RSSecondary' }])
    expect(mark({ ...server, ...change }, second)).not.toBe(mark(server, second));
});
