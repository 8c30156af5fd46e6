import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { inject } from 'vitest';
import { startRedis } from '../../suites/machines/redis.ts';
import { startMongods } from './mongods.ts';
import { createBackendNode, type BackendNode } from './node.ts';

/** What a series needs. */
export interface Wanted {
  /** A built project, other than the one of all series. */
  readonly project?: string;
  readonly members?: number;
  readonly behindProxies?: boolean;
  /** The clock of each node, moved by so much. */
  readonly nodes?: readonly { readonly project?: string; readonly skewMs?: number }[];
  readonly rooms?: number;
  /** Of each writer; 0 is as fast as answers come. */
  readonly perSecond?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The environment of a node in production, but for its port. */
export function nodeVariables(mongodbUri: string, redisUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    MONGODB_URI: mongodbUri,
    REDIS_URL: redisUrl,
    ACCESS_TOKEN_KEYS: `k1:${randomBytes(32).toString('base64url')}`,
    REFRESH_TOKEN_KEY: randomBytes(32).toString('base64url'),
    DATA_KEYS: `k1:${randomBytes(32).toString('base64url')}`,
    RATE_LIMIT_FACTOR: '1000',
    LOG_LEVEL: 'warn',
  };
}

/** Sets the database up and starts the nodes. */
export async function startBackend(wanted: Wanted = {}) {
  const project = wanted.project ?? inject('faultsProject');
  const mongods = await startMongods(project, {
    size: wanted.members ?? 1,
    behindProxies: wanted.behindProxies ?? false,
  });
  const redis = await startRedis();
  const variables = { ...nodeVariables(mongods.uri, redis.url), ...wanted.variables };
  const nodes: BackendNode[] = [];
  for (const { project: own = project, ...options } of wanted.nodes ?? [{}]) {
    await setUp(own, variables);
    nodes.push(await createBackendNode(own, variables, options));
  }
  for (const node of nodes) await node.start();
  return { project, mongods, redis, nodes, variables };
}

/** Prepares the database for the version of a project. */
export const setUp = (project: string, variables: Readonly<Record<string, string>>) =>
  execa('node', ['dist/tools/db-setup.js'], { cwd: project, env: variables });
