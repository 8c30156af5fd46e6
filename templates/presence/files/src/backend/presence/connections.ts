import type { Types } from 'mongoose';
import type { FeatureContext } from '../feature.ts';
import { newId, toObjectId } from '../../platform/database/ids.ts';
import type { Announcements } from './announcements.ts';

/** Whoever comes back within this time counts as never gone, in milliseconds. */
export const graceMs = 10_000;

/**
 * The row of a socket. It stays for the grace period, so that the rows are what others were told.
 */
interface Row {
  readonly id: Types.ObjectId;
  readonly userId: string;
  isGone: boolean;
}

/** The sockets of users: those of this node are written here, those of all nodes are counted. */
export class Connections {
  readonly #context: Pick<FeatureContext, 'log' | 'models' | 'timers'>;
  readonly #ownNode: () => Types.ObjectId;
  readonly #announcements: Pick<Announcements, 'arrived' | 'left'>;
  readonly #bySocket = new Map<string, Row>();
  readonly #lingering = new Map<string, { readonly row: Row; readonly cancel: () => void }>();
  readonly #unwritten = new Set<Row>();
  /** Users of whom a connection ended, to be checked. */
  readonly #left = new Set<string>();
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    context: Pick<FeatureContext, 'log' | 'models' | 'timers'>,
    ownNode: () => Types.ObjectId,
    announcements: Pick<Announcements, 'arrived' | 'left'>,
  ) {
    this.#context = context;
    this.#ownNode = ownNode;
    this.#announcements = announcements;
  }

  opened(userId: string, socketId: string): void {
    if (this.#isStopped) return;
    const known = this.#takeOver(userId);
    const row = known ?? { id: newId(), userId, isGone: false };
    this.#bySocket.set(socketId, row);
    if (known === undefined) this.#change(row);
  }

  closed(socketId: string): void {
    const row = this.#bySocket.get(socketId);
    this.#bySocket.delete(socketId);
    if (row !== undefined) this.#linger(row);
  }

  /** Writes the rows of this node again, under its new name. */
  rewrite(): void {
    for (const row of this.#bySocket.values()) this.#unwritten.add(row);
    for (const { row } of this.#lingering.values()) this.#unwritten.add(row);
  }

  /** Removes what a dead node left behind. */
  async clear(node: Types.ObjectId): Promise<void> {
    const { connections } = this.#context.models;
    const ids = await connections.distinct('user', { node });
    await connections.deleteMany({ node });
    for (const id of ids) this.#left.add(String(id));
  }

  /** The nodes that connections belong to. */
  nodes(): Promise<Types.ObjectId[]> {
    return this.#context.models.connections.distinct('node');
  }

  /** Writes what waits and announces it; what cannot be written keeps waiting. */
  flush(): Promise<void> {
    this.#running ??= this.#writeAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Forgets this node's sockets, which are about to be closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { cancel } of this.#lingering.values()) cancel();
    this.#lingering.clear();
    this.#bySocket.clear();
    await this.#running?.catch(() => {});
  }

  #change(row: Row): void {
    this.#unwritten.add(row);
    this.flush().catch((error: unknown) =>
      this.#context.log.warn({ err: error }, 'presence could not be written, it will be retried'),
    );
  }

  #linger(row: Row): void {
    this.#endLingering(row.userId); // one of them is enough
    const cancel = this.#context.timers.after(graceMs, () => this.#endLingering(row.userId));
    this.#lingering.set(row.userId, { row, cancel });
  }

  #endLingering(userId: string): void {
    const row = this.#takeOver(userId);
    if (row === undefined) return;
    row.isGone = true;
    this.#change(row);
  }

  /**
   * Whoever comes back takes over the row that is still there: nothing is written and nobody is
   * notified.
   */
  #takeOver(userId: string): Row | undefined {
    const known = this.#lingering.get(userId);
    known?.cancel();
    this.#lingering.delete(userId);
    return known?.row;
  }

  async #writeAll(): Promise<void> {
    while (this.#unwritten.size > 0 || this.#left.size > 0) {
      const rows = [...this.#unwritten];
      const gone = rows.filter((row) => row.isGone).map((row) => row.userId);
      const leavers = [...this.#left, ...gone];
      this.#unwritten.clear();
      this.#left.clear();
      try {
        await this.#write(rows);
        await this.#announcements.arrived(rows.filter((row) => !row.isGone));
        await this.#announcements.left([...new Set(leavers)]);
      } catch (error) {
        rows.forEach((row) => this.#unwritten.add(row));
        leavers.forEach((userId) => this.#left.add(userId));
        throw error;
      }
    }
  }

  async #write(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const node = this.#ownNode();
    await this.#context.models.connections.collection.bulkWrite(
      rows.map(({ id, userId, isGone }) => {
        const filter = { _id: id };
        if (isGone) return { deleteOne: { filter } };
        const update = { $set: { user: toObjectId(userId), node } };
        return { updateOne: { filter, update, upsert: true } };
      }),
      { ordered: false },
    );
  }
}
