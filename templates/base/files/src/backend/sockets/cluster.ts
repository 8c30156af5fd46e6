import type { Cluster } from './hub.ts';

/** The cluster of a single node: nobody to tell, nobody to wait for. */
export function createCluster(): Cluster {
  return {
    hasPeers: false,
    tell() {},
    async ask() {},
    hear() {},
  };
}
