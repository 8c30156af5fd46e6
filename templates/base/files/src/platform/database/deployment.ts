import type { Connection, mongo } from 'mongoose';
import { exitCodes, StartError } from '../errors/start-error.ts';

/** Refuses a server on which a majority means nothing. @throws StartError */
export async function checkDeployment(connection: Connection): Promise<void> {
  const hello = await connection.db?.admin().command({ hello: 1 });
  if (hello?.['setName'] === undefined && hello?.['msg'] !== 'isdbgrid')
    throw new StartError(
      exitCodes.configuration,
      'MONGODB_URI names a stand-alone mongod, and majority commits need a replica set: start it with --replSet rs0, then run rs.initiate() once in mongosh',
    );
}

const ownHosts = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether what the database is told and says can be read on the network. */
export function isPlainText({ options }: mongo.MongoClient): boolean {
  const { tls, hosts } = options;
  return !tls && hosts.some(({ host }) => host !== undefined && !ownHosts.has(host));
}

/**
 * What must stay the same for a node's knowledge to stay true: the kind of deployment, its primary and
 * the election that made it one.
 */
export function topologyMark(topology: mongo.TopologyDescription): string {
  const primaries = [...topology.servers.values()].filter(
    (server) => server.type === 'RSPrimary' || server.type === 'Mongos',
  );
  return JSON.stringify([
    topology.type,
    ...primaries.map(({ address, electionId, setVersion }) => [address, electionId, setVersion]),
  ]);
}
