import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mongoose';
import type { Logger } from 'pino';
import type { Environment } from './env.ts';
import { limits } from './limits.ts';

/** Why a start failed; `exitCode` as in sysexits(3): 69 unavailable, 78 configuration. */
export class StartError extends Error {
  readonly exitCode: 69 | 78;

  constructor(exitCode: 69 | 78, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartError';
    this.exitCode = exitCode;
  }
}

/** The connection to MongoDB. */
export interface Database {
  readonly connection: Connection;
  /** Connects and checks deployment and indexes. @throws StartError */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether a ping is answered within a second. */
  answers(): Promise<boolean>;
  /** Hears of everything after which what a node knows of the data may be stale. */
  onTopologyChange(listener: () => void): void;
}

const firstRetryMs = 250;
const lastRetryMs = 4_000;
const pingMs = 1_000;
const topologyEvents = [
  'topologyDescriptionChanged',
  'serverHeartbeatFailed',
  'connectionPoolCleared',
] as const;

/**
 * Creates the connection of one app, not connected yet.
 *
 * Writes are acknowledged by a majority and journaled; an unknown path in a filter is an error, and
 * nothing is buffered while the database is away.
 */
export function createDatabase(env: Environment, log: Logger): Database {
  const connection = createConnection();
  connection.set('strictQuery', 'throw');
  connection.set('sanitizeFilter', true);
  connection.set('bufferCommands', false);
  connection.set('autoIndex', false);
  connection.set('autoCreate', false);
  const listeners: (() => void)[] = [];
  const { database } = limits;

  async function connect(): Promise<void> {
    const end = Date.now() + database.startSeconds * 1_000;
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, lastRetryMs)) {
      try {
        await connection.openUri(env.MONGODB_URI, {
          maxPoolSize: database.pool,
          serverSelectionTimeoutMS: Math.max(
            1,
            Math.min(database.serverSelectionMs, end - Date.now()),
          ),
          socketTimeoutMS: database.socketTimeoutMs,
          heartbeatFrequencyMS: database.heartbeatMs,
          waitQueueTimeoutMS: database.waitQueueMs,
          writeConcern: { w: 'majority', journal: true },
          retryWrites: true,
        });
        return;
      } catch (error) {
        if (Date.now() + wait >= end || isConfigurationError(error))
          throw new StartError(69, `the database does not answer: ${messageOf(error)}`, error);
        log.warn({ reason: messageOf(error) }, 'the database does not answer, trying again');
        await connection.close(true).catch(() => {});
        await sleep(wait);
      }
    }
  }

  async function checkDeployment(): Promise<void> {
    const hello = await connection.db?.admin().command({ hello: 1 });
    if (hello?.['setName'] === undefined && hello?.['msg'] !== 'isdbgrid')
      throw new StartError(
        78,
        'MONGODB_URI names a stand-alone mongod; majority commits need a replica set (--replSet)',
      );
  }

  return {
    connection,
    async start() {
      await connect();
      await checkDeployment();
      if (env.NODE_ENV === 'production') await checkIndexes(connection);
      else await createIndexes(connection);
      const client = connection.getClient();
      for (const event of topologyEvents)
        client.on(event, () => listeners.forEach((listener) => listener()));
    },
    async stop() {
      await connection.close();
    },
    async answers() {
      const ping = connection.db?.admin().command({ ping: 1, maxTimeMS: pingMs });
      const late = sleep(pingMs, undefined, { ref: false }).then(() => false);
      return Promise.race([
        ping?.then(
          () => true,
          () => false,
        ) ?? false,
        late,
      ]);
    },
    onTopologyChange: (listener) => void listeners.push(listener),
  };
}

/** Creates the indexes of all models; `npm run db:setup` and development do it. */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/** Refuses to start on a database without the unique indexes that the send path relies on. */
async function checkIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    const { toCreate } = await model
      .diffIndexes()
      .catch(() => ({ toCreate: model.schema.indexes() }));
    const [missing] = toCreate as unknown as [Record<string, unknown>?];
    if (missing === undefined) continue;
    const fields = Array.isArray(missing) ? (missing[0] as object) : missing;
    throw new StartError(
      78,
      `the index ${JSON.stringify(fields)} of ${model.collection.name} is missing: npm run db:setup`,
    );
  }
}

/** Another try cannot help: the address itself is wrong. */
const isConfigurationError = (error: unknown): boolean =>
  error instanceof Error && ['MongoParseError', 'MongoInvalidArgumentError'].includes(error.name);

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
