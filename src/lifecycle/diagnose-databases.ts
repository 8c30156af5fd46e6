import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemCode } from '../lib/file-system.ts';
import type { Finding } from '../result.ts';
import { addedToEnv, fault, warning } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { askMongodb } from './ask-mongodb.ts';
import { pingRedis } from './ping-redis.ts';

/** How long each database has to answer. */
const PATIENCE_MS = 2_000;
const MOST_PORT = 65_535;

/** Looks at what the backend needs when it starts: its databases, its port. */
export async function diagnoseDatabases(diagnosis: Diagnosis): Promise<readonly Finding[]> {
  const [mongodb, redis, port] = await Promise.all([
    mongodbFindings(diagnosis),
    redisFindings(diagnosis),
    portFindings(diagnosis),
  ]);
  return [...mongodb, ...redis, ...port];
}

// Without one, `npm run dev` runs one of its own.
async function mongodbFindings({ root, variables, run }: Diagnosis): Promise<readonly Finding[]> {
  const uri = variables['MONGODB_URI'];
  if (!uri) return [];
  const answer = await askMongodb({ root, uri, patienceMs: PATIENCE_MS }, run);
  if (answer === undefined || answer === 'replica set') return [];
  if (answer === 'alone') {
    const message =
      'what MONGODB_URI names is no replica set, or not of that name: start mongod with --replSet rs0, then once';
    const mend = 'mongosh --eval "rs.initiate()"';
    return [fault('mongodb-no-replica-set', message, mend)];
  }
  const message = `the database of MONGODB_URI cannot be used: ${answer.problem}; start it, or leave that empty: then development runs one of its own`;
  return [fault('mongodb-unreachable', message)];
}

async function redisFindings({ record, variables, run }: Diagnosis): Promise<readonly Finding[]> {
  const url = variables['REDIS_URL'];
  if (!url || record?.answers.adapter !== 'redis') return [];
  const problem = await pingRedis(url, PATIENCE_MS, run.signal);
  if (problem === undefined) return [];
  const message = `the Redis of REDIS_URL cannot be used: ${problem}; start it, or leave that empty: then this node is alone`;
  return [fault('redis-unreachable', message)];
}

async function portFindings(diagnosis: Diagnosis): Promise<readonly Finding[]> {
  const { record, variables, run, envText } = diagnosis;
  const host = variables['HOST'] || '0.0.0.0';
  const port = Number(variables['PORT'] || (record?.answers.port ?? Number.NaN));
  if (!isPort(port) || !(await isTaken(host, port))) return [];
  const free = await freePortAfter(host, port);
  const isMended = free !== undefined && envText !== undefined && !run.environment['PORT'];
  const message = `port ${port} is taken, by this project or another program`;
  const mend = isMended ? addedToEnv(diagnosis, `'PORT=${free}'`) : null;
  return [warning('port-taken', message, mend)];
}

async function freePortAfter(host: string, port: number): Promise<number | undefined> {
  for (let next = port + 1; next <= Math.min(port + 100, MOST_PORT); next += 1)
    if (!(await isTaken(host, next))) return next;
  return undefined;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= MOST_PORT;
}

// Another refusal, such as that of a port below 1024, says nothing about who has it.
async function isTaken(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    return systemCode(error) === 'EADDRINUSE';
  }
  server.close();
  await once(server, 'close');
  return false;
}
