import type { mongo } from 'mongoose';

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
