import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, {
  createConnection,
  type Connection,
  type ConnectOptions,
  type Schema,
} from 'mongoose';
import type { Logger } from 'pino';
import { checkDeployment, isPlainText } from './deployment.ts';
import type { Environment } from './env.ts';
import { limits } from './limits.ts';
import { checkSetUp, setUpDatabase } from './set-up.ts';
import { StartError } from './start-error.ts';
import { topologyMark } from './topology.ts';

/** The connection to MongoDB. */
export interface Database {
  readonly connection: Connection;
  /** Connects and checks that the database was prepared; outside production it does that itself. @throws StartError */
  start(): Promise<void>;
  /** Connects and prepares the database for this version. @throws StartError */
  setUp(): Promise<void>;
  /** Closes the connection; a start that is under way fails. */
  stop(): Promise<void>;
  /** Whether a ping is answered within a second. */
  answers(): Promise<boolean>;
  /** Hears of everything after which what a node knows of the data may be stale. */
  onTopologyChange(listener: () => void): void;
}

const { database: limit } = limits;
const firstRetryMs = 250;
const lastRetryMs = 1_000; // a database that comes back is served within seconds
const pingMs = 1_000;

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
 * Creates the connection of one app, not connected yet.
 *
 * Writes are acknowledged by a majority and journaled. A filter or a document with an unknown path is
 * an error, operators in a filter are neutralised unless they are marked as trusted, and nothing is
 * buffered while the database is away.
 */
export function createDatabase(env: Environment, log: Logger): Database {
  const connection = createConnection();
  connection.plugin(setSchema);
  connection.set('maxTimeMS', limit.queryMs);
  const listeners: (() => void)[] = [];
  const stopping = new AbortController();
  let ping: Promise<boolean> | undefined;

  async function connect(changes: ConnectOptions = {}): Promise<void> {
    const end = Date.now() + limit.startSeconds * 1_000;
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, lastRetryMs)) {
      stopping.signal.throwIfAborted();
      try {
        await connection.openUri(env.MONGODB_URI, {
          ...settings,
          ...changes,
          serverSelectionTimeoutMS: Math.max(
            1,
            Math.min(limit.serverSelectionMs, end - Date.now()),
          ),
        });
        return;
      } catch (error) {
        stopping.signal.throwIfAborted();
        assertMayHelp(error);
        if (Date.now() + wait >= end)
          throw new StartError(
            69,
            `the database of MONGODB_URI has not answered for ${limit.startSeconds} s: ${messageOf(error)}`,
            error,
          );
        log.warn({ reason: messageOf(error) }, 'the database does not answer, trying again');
        await connection.close();
        await sleep(wait, undefined, { signal: stopping.signal });
      }
    }
  }

  function watchTopology(): void {
    const tell = (): void => listeners.forEach((listener) => listener());
    const client = connection.getClient();
    client.on('serverHeartbeatFailed', tell);
    client.on('connectionPoolCleared', tell);
    client.on('topologyDescriptionChanged', ({ previousDescription, newDescription }) => {
      if (topologyMark(previousDescription) !== topologyMark(newDescription)) tell();
    });
  }

  return {
    connection,
    async start() {
      await connect();
      await checkDeployment(connection);
      watchTopology();
      if (env.NODE_ENV !== 'production') return setUpDatabase(connection, log);
      if (isPlainText(connection.getClient()))
        log.warn('MONGODB_URI is without TLS: others on that network can read and change the data');
      await checkSetUp(connection);
    },
    async setUp() {
      await connect({ socketTimeoutMS: 0 }); // an index of a large collection takes its time
      await checkDeployment(connection);
      await setUpDatabase(connection, log);
    },
    async stop() {
      stopping.abort(new Error('the database connection is closed'));
      // While it connects, `close` of the connection would wait for the end of that.
      if (connection.readyState === mongoose.STATES.connecting)
        await connection.getClient().close();
      await connection.close();
    },
    async answers() {
      if (connection.readyState !== mongoose.STATES.connected) return false;
      ping ??= answersPing(connection).finally(() => (ping = undefined));
      return ping;
    },
    onTopologyChange: (listener) => void listeners.push(listener),
  };
}

/** Mongoose reads these from the schema, and from a connection not at all or only once it is open. */
function setSchema(schema: Schema): void {
  schema.set('strict', 'throw');
  schema.set('strictQuery', 'throw');
  schema.set('bufferCommands', false);
}

async function answersPing(connection: Connection): Promise<boolean> {
  const answer = connection.db?.admin().command({ ping: 1, maxTimeMS: pingMs });
  const late = sleep(pingMs, false, { ref: false });
  return Promise.race([Promise.resolve(answer).then(Boolean, () => false), late]);
}

const malformed = new Set(['MongoParseError', 'MongoInvalidArgumentError', 'MongoAPIError']);
const refusals = new Set([18, 8_000]); // AuthenticationFailed, and what a hosted cluster says instead

/** Another try cannot help where the address itself is wrong; the messages may hold the password. */
function assertMayHelp(error: unknown): void {
  const { name, code } = error as Error & { code?: unknown };
  if (malformed.has(name))
    throw new StartError(
      78,
      'MONGODB_URI is no connection string: mongodb://<user>:<password>@<host>:27017/chat?replicaSet=rs0, with special characters of the password as %XX',
      error,
    );
  if (refusals.has(Number(code)))
    throw new StartError(
      78,
      'MONGODB_URI names a user or a password that the database refuses; a user of another database needs ?authSource=<that database>',
      error,
    );
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
