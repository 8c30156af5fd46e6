import type { Types } from 'mongoose';
import type { FeatureContext } from '../../feature.ts';
import { newId, toObjectId } from '../../shared/ids.ts';
import type { Announcements } from './announcements.ts';

/** Who comes back within this time was never away, in milliseconds. */
export const graceMs = 10_000;

/** The row of a socket. It stays for the time of grace, so that the rows are what others were told. */
interface Row {
  readonly id: Types.ObjectId;
  readonly userId: string;
  isGone: boolean;
}

/** The sockets of users: those of this node are written here, those of all nodes are counted. */
export interface Connections {
  opened(userId: string, socketId: string): void;
  closed(socketId: string): void;
  /** Writes the rows of this node again, under its new name. */
  rewrite(): void;
  /** Removes what a dead node left behind. */
  clear(node: Types.ObjectId): Promise<void>;
  /** The nodes that connections belong to. */
  nodes(): Promise<Types.ObjectId[]>;
  /** Writes what waits and tells of it; what cannot be written waits on. */
  flush(): Promise<void>;
  /** Forgets this node's sockets, which are about to be closed. */
  stop(): Promise<void>;
}

/** Creates the connections of one node. */
export function createConnections(
  { log, models, timers }: Pick<FeatureContext, 'log' | 'models' | 'timers'>,
  ownNode: () => Types.ObjectId,
  announcements: Announcements,
): Connections {
  const { connections } = models;
  const bySocket = new Map<string, Row>();
  const lingering = new Map<string, { readonly row: Row; readonly cancel: () => void }>();
  const unwritten = new Set<Row>();
  const left = new Set<string>(); // users of whom a connection ended, to be looked at
  let running: Promise<void> | undefined;
  let isStopped = false;

  function change(row: Row): void {
    unwritten.add(row);
    flush().catch((error: unknown) => log.warn({ err: error }, 'presence is written later'));
  }

  function linger(row: Row): void {
    endLingering(row.userId); // one of them is enough
    const cancel = timers.after(graceMs, () => endLingering(row.userId));
    lingering.set(row.userId, { row, cancel });
  }

  function endLingering(userId: string): void {
    const known = lingering.get(userId);
    if (known === undefined) return;
    known.cancel();
    lingering.delete(userId);
    known.row.isGone = true;
    change(known.row);
  }

  /** Who comes back takes over the row that still stands: nothing is written and nobody is told. */
  function takeOver(userId: string): Row | undefined {
    const known = lingering.get(userId);
    known?.cancel();
    lingering.delete(userId);
    return known?.row;
  }

  function flush(): Promise<void> {
    running ??= writeAll().finally(() => (running = undefined));
    return running;
  }

  async function writeAll(): Promise<void> {
    while (unwritten.size > 0 || left.size > 0) {
      const rows = [...unwritten];
      const leavers = [...left, ...rows.filter((row) => row.isGone).map((row) => row.userId)];
      unwritten.clear();
      left.clear();
      try {
        await write(rows);
        await announcements.arrived(rows.filter((row) => !row.isGone));
        await announcements.left([...new Set(leavers)]);
      } catch (error) {
        rows.forEach((row) => unwritten.add(row));
        leavers.forEach((userId) => left.add(userId));
        throw error;
      }
    }
  }

  async function write(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const node = ownNode();
    await connections.collection.bulkWrite(
      rows.map(({ id, userId, isGone }) => {
        const filter = { _id: id };
        if (isGone) return { deleteOne: { filter } };
        const update = { $set: { user: toObjectId(userId), node } };
        return { updateOne: { filter, update, upsert: true } };
      }),
      { ordered: false },
    );
  }

  return {
    opened(userId, socketId) {
      if (isStopped) return;
      const known = takeOver(userId);
      const row = known ?? { id: newId(), userId, isGone: false };
      bySocket.set(socketId, row);
      if (known === undefined) change(row);
    },
    closed(socketId) {
      const row = bySocket.get(socketId);
      bySocket.delete(socketId);
      if (row !== undefined) linger(row);
    },
    rewrite() {
      for (const row of bySocket.values()) unwritten.add(row);
      for (const { row } of lingering.values()) unwritten.add(row);
    },
    async clear(node) {
      const ids = await connections.distinct('user', { node });
      await connections.deleteMany({ node });
      for (const id of ids) left.add(String(id));
    },
    nodes: () => connections.distinct('node'),
    flush,
    async stop() {
      isStopped = true;
      for (const { cancel } of lingering.values()) cancel();
      lingering.clear();
      bySocket.clear();
      await running?.catch(() => {});
    },
  };
}
