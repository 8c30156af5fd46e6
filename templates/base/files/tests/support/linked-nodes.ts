import { vi } from 'vitest';
import { OwnCluster } from '../../src/platform/sockets/cluster.ts';

type Listener = (data: unknown) => Promise<void> | void;

/**
 * Makes the apps that a test starts from now on nodes of one deployment, without an adapter: what one
 * says reaches the others when `onTheWay` has passed, in whatever order that makes.
 */
export function linkNodes(onTheWay: () => Promise<void>): void {
  const nodes = new Map<OwnCluster, Map<string, Listener>>();
  async function deliver(from: OwnCluster, event: string, data: unknown): Promise<void> {
    const others = [...nodes].filter(([node]) => node !== from);
    const crossing = others.map(async ([, listeners]) => {
      await onTheWay();
      await listeners.get(event)?.(structuredClone(data));
      await onTheWay();
    });
    await Promise.all(crossing);
  }
  vi.spyOn(OwnCluster.prototype, 'hasPeers', 'get').mockReturnValue(true);
  vi.spyOn(OwnCluster.prototype, 'subscribe').mockImplementation(function (
    this: OwnCluster,
    event,
    listener,
  ) {
    const listeners = nodes.get(this) ?? new Map<string, Listener>();
    nodes.set(this, listeners.set(event, listener));
  });
  vi.spyOn(OwnCluster.prototype, 'publish').mockImplementation(function (
    this: OwnCluster,
    event,
    data,
  ) {
    void deliver(this, event, data);
  });
  vi.spyOn(OwnCluster.prototype, 'request').mockImplementation(function (
    this: OwnCluster,
    event,
    data,
  ) {
    return deliver(this, event, data);
  });
}

/** Makes the apps that a test starts from now on nodes that hear nothing of each other. */
export function cutNodes(): void {
  vi.spyOn(OwnCluster.prototype, 'hasPeers', 'get').mockReturnValue(true);
  vi.spyOn(OwnCluster.prototype, 'publish').mockReturnValue();
  vi.spyOn(OwnCluster.prototype, 'request').mockResolvedValue();
}
