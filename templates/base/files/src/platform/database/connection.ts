import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, {
  createConnection,
  type Connection,
  type ConnectOptions,
  type Schema,
} from 'mongoose';
import type { Logger } from 'pino';
import { checkDataKeys, createNameSeal } from '../security/data-keys.ts';
import { checkDeployment, isPlainText, topologyMark } from './deployment.ts';
import type { Environment } from '../../configs/env.ts';
import { limits } from '../../configs/limits.ts';
import type { Migration } from './migrations.ts';
import { namingRights } from './missing-right.ts';
import { checkSetUp, setUpDatabase } from './set-up.ts';
import { exitCodes, StartError } from '../errors/start-error.ts';

const { database: limit } = limits;
const firstRetryMs = 250;
const lastRetryMs = 1_000; // a database that comes back is served within seconds

const settings = {
  sanitizeFilter: true,
  autoIndex: false,
  autoCreate: false,
  maxPoolSize: limit.pool,
  connectTimeoutMS: limit.connectMs,
  socketTimeoutMS: limit.socketTimeoutMs,
  heartbeatFrequencyMS: limit.heartbeatMs,
  waitQueueTimeoutMS: limit.waitQueueMs,
  writeConcern: { w: 'majority', journal: true },
  retryWrites: true,
} satisfies ConnectOptions;

/**
 * The connection to MongoDB of one app. Writes are acknowledged by a majority and journaled. A filter
 * or a document with an unknown path is an error, operators in a filter are neutralised unless they
 * are marked as trusted, and nothing is buffered while the database is unavailable.
 */
export class Database {
  readonly connection: Connection;
  readonly #env: Environment;
  readonly #log: Logger;
  readonly #migrations: readonly Migration[];
  readonly #listeners: (() => void)[] = [];
  readonly #stopping = new AbortController();
  #ping: Promise<boolean> | undefined;

  /** Not connected yet. */
  constructor(env: Environment, log: Logger, migrations: readonly Migration[]) {
    this.#env = env;
    this.#log = log;
    this.#migrations = migrations;
    this.connection = createConnection();
    this.connection.plugin(setSchema);
    this.connection.set('maxTimeMS', limit.queryMs);
  }

  /** Connects and checks that the database was prepared; outside production it does that itself. @throws StartError */
  async start(): Promise<void> {
    await this.#connect();
    await namingRights(() => checkDeployment(this.connection));
    this.#watchTopology();
    await namingRights(() =>
      this.#env.NODE_ENV === 'production' ? this.#checkProduction() : this.#prepare(),
    );
    await checkDataKeys(this.connection, this.#env.DATA_KEYS);
  }

  /** Connects and prepares the database for this version. @throws StartError */
  async setUp(): Promise<void> {
    await this.#connect({ socketTimeoutMS: 0 }); // an index of a large collection takes a while
    await namingRights(async () => {
      await checkDeployment(this.connection);
      await this.#prepare();
    });
  }

  /** Closes the connection; a start that is under way fails. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the database connection is closed'));
    // While it connects, `close` of the connection would wait for the end of that.
    if (this.connection.readyState === mongoose.STATES.connecting)
      await this.connection.getClient().close();
    await this.connection.close();
  }

  /** Whether a ping is answered in time. */
  async answers(): Promise<boolean> {
    if (this.connection.readyState !== mongoose.STATES.connected) return false;
    this.#ping ??= answersPing(this.connection).finally(() => (this.#ping = undefined));
    return this.#ping;
  }

  /** Calls back after everything that may make a node's knowledge of the data stale. */
  onTopologyChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async #connect(changes: ConnectOptions = {}): Promise<void> {
    const { signal } = this.#stopping;
    const end = Date.now() + limit.startSeconds * 1_000;
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, lastRetryMs)) {
      signal.throwIfAborted();
      try {
        const left = Math.max(1, Math.min(limit.serverSelectionMs, end - Date.now()));
        const options = { ...settings, ...changes, serverSelectionTimeoutMS: left };
        await this.connection.openUri(this.#env.MONGODB_URI, options);
        return;
      } catch (error) {
        signal.throwIfAborted();
        assertMayHelp(error);
        if (Date.now() + wait >= end)
          throw new StartError(
            exitCodes.unavailable,
            `the database of MONGODB_URI has not answered for ${limit.startSeconds} s: ${messageOf(error)}`,
            error,
          );
        this.#log.warn({ reason: messageOf(error) }, 'the database does not answer, trying again');
        await this.connection.close();
        await sleep(wait, undefined, { signal });
      }
    }
  }

  #watchTopology(): void {
    const tell = (): void => this.#listeners.forEach((listener) => listener());
    const client = this.connection.getClient();
    client.on('serverHeartbeatFailed', tell);
    client.on('connectionPoolCleared', tell);
    client.on('topologyDescriptionChanged', ({ previousDescription, newDescription }) => {
      if (topologyMark(previousDescription) !== topologyMark(newDescription)) tell();
    });
  }

  async #prepare(): Promise<void> {
    const nameSeal = createNameSeal(this.#env.DATA_KEYS);
    const seal = (nameKey: string) => nameSeal.seal(nameKey);
    await setUpDatabase(this.connection, { log: this.#log, seal }, this.#migrations);
  }

  async #checkProduction(): Promise<void> {
    if (isPlainText(this.connection.getClient()))
      this.#log.warn(
        'MONGODB_URI is without TLS: others on that network can read and change the data',
      );
    await checkSetUp(this.connection, this.#migrations);
  }
}

/** Mongoose reads these from the schema, and from a connection not at all or only once it is open. */
function setSchema(schema: Schema): void {
  schema.set('strict', 'throw');
  schema.set('strictQuery', 'throw');
  schema.set('bufferCommands', false);
}

async function answersPing(connection: Connection): Promise<boolean> {
  const answer = connection.db?.admin().command({ ping: 1, maxTimeMS: limit.pingMs });
  const late = sleep(limit.pingMs, false, { ref: false });
  return Promise.race([Promise.resolve(answer).then(Boolean, () => false), late]);
}

const malformed = new Set(['MongoParseError', 'MongoInvalidArgumentError', 'MongoAPIError']);
const refusals = new Set([18, 8_000]); // AuthenticationFailed, and what a hosted cluster says instead

/** Another try cannot help where the address itself is wrong; the messages may hold the password. */
function assertMayHelp(error: unknown): void {
  const { name, code } = error as Error & { code?: unknown };
  if (malformed.has(name))
    throw new StartError(
      exitCodes.configuration,
      'MONGODB_URI is no connection string: mongodb://<user>:<password>@<host>:27017/chat?replicaSet=rs0, with special characters of the password as %XX',
      error,
    );
  if (refusals.has(Number(code)))
    throw new StartError(
      exitCodes.configuration,
      'MONGODB_URI names a user or a password that the database refuses; a user of another database needs ?authSource=<that database>',
      error,
    );
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
