import type { TestApp } from './app.ts';

/** A query as the database saw it. */
export interface SeenQuery {
  /** The collection. */
  readonly ns: string;
  /** The whole command, as text. */
  readonly text: string;
  readonly keysExamined: number;
  readonly docsExamined: number;
  /** How many rows it answered. */
  readonly nreturned: number;
  /** What the database says of how it comes to the answer. */
  explain(): Promise<Plan>;
}

/** How the database comes to an answer. */
interface Plan {
  /** The names of its steps, such as IXSCAN, in no order. */
  readonly stages: readonly string[];
  readonly indexes: readonly string[];
}

const ofData = /\.(memberships|conversations|messages|changes|users)$/;

/** What a piece of work reads of the data, or of other collections, and not what goes on beside it. */
export async function queriesOf(
  { app }: TestApp,
  work: () => Promise<unknown>,
  ns = ofData,
): Promise<SeenQuery[]> {
  const database = app.connection.db!;
  await database.command({ profile: 2 });
  try {
    await work();
  } finally {
    await database.command({ profile: 0 });
  }
  const profile = database.collection('system.profile');
  const rows = await profile.find({ ns, op: { $in: ['query', 'command', 'getmore'] } }).toArray();
  await profile.drop();
  return rows.map((row) => ({
    ns: String(row['ns']).split('.').at(-1)!,
    text: JSON.stringify(row['command']),
    keysExamined: Number(row['keysExamined'] ?? 0),
    docsExamined: Number(row['docsExamined'] ?? 0),
    nreturned: Number(row['nreturned'] ?? 0),
    explain: async () =>
      toPlan(await database.command({ explain: withoutSession(row['command']) })),
  }));
}

/** A command as it was seen, without what belongs to the connection on which it came. */
function withoutSession(command: object): object {
  const ofConnection = /^(?:\$|lsid$|txnNumber$|apiVersion$)/;
  return Object.fromEntries(Object.entries(command).filter(([name]) => !ofConnection.test(name)));
}

function toPlan(explained: object): Plan {
  const valuesOf =
    (name: string) =>
    (value: unknown): string[] => {
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([key, inner]) =>
        key === name && typeof inner === 'string' ? [inner] : valuesOf(name)(inner),
      );
    };
  return { stages: valuesOf('stage')(explained), indexes: valuesOf('indexName')(explained) };
}
