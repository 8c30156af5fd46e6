import type { TestApp } from './app.ts';

/** A query as the database saw it. */
export interface SeenQuery {
  /** The collection. */
  readonly ns: string;
  /** The whole command, as text. */
  readonly text: string;
  readonly docsExamined: number;
  /** How many rows it answered. */
  readonly nreturned: number;
}

const ofData = /\.(memberships|conversations|messages|changes|users)$/;

/** What a piece of work reads of the data, and not what goes on beside it. */
export async function queriesOf(
  { app }: TestApp,
  work: () => Promise<unknown>,
): Promise<SeenQuery[]> {
  const database = app.connection.db!;
  await database.command({ profile: 2 });
  try {
    await work();
  } finally {
    await database.command({ profile: 0 });
  }
  const profile = database.collection('system.profile');
  const rows = await profile
    .find({ ns: ofData, op: { $in: ['query', 'command', 'getmore'] } })
    .toArray();
  await profile.drop();
  return rows.map((row) => ({
    ns: String(row['ns']).split('.').at(-1)!,
    text: JSON.stringify(row['command']),
    docsExamined: Number(row['docsExamined'] ?? 0),
    nreturned: Number(row['nreturned'] ?? 0),
  }));
}
