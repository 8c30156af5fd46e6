import type { Connection } from 'mongoose';

/** What a server and its database have used, since they were started or between two moments. */
export interface Usage {
  /** Processor time of the server, in microseconds. */
  readonly serverUs: number;
  /** Of the database; undefined where the system does not tell it, as outside of Linux. */
  readonly databaseUs: number | undefined;
  /** Writes into the messages: while people only send, each is a batch. */
  readonly batches: number;
}

interface ExtraInfo {
  readonly user_time_us?: unknown;
  readonly system_time_us?: unknown;
}

interface Stats {
  readonly latencyStats: { readonly writes: { readonly ops: unknown } };
}

/** What the database says of itself. */
export async function databaseUsage(
  connection: Connection,
): Promise<Pick<Usage, 'databaseUs' | 'batches'>> {
  const status = await connection.db?.admin().serverStatus();
  const told = status?.['extra_info'] as ExtraInfo | undefined;
  const [stats] = await connection
    .collection('messages')
    .aggregate<Stats>([{ $collStats: { latencyStats: {} } }])
    .toArray();
  const time = Number(told?.user_time_us) + Number(told?.system_time_us);
  return {
    databaseUs: Number.isNaN(time) ? undefined : time,
    batches: Number(stats?.latencyStats.writes.ops),
  };
}

/** What was used between two moments. */
export function usedBetween(before: Usage, after: Usage): Usage {
  const isTold = before.databaseUs !== undefined && after.databaseUs !== undefined;
  return {
    serverUs: after.serverUs - before.serverUs,
    databaseUs: isTold ? after.databaseUs - before.databaseUs : undefined,
    batches: after.batches - before.batches,
  };
}
