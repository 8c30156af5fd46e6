import type { TestApp } from './app.ts';

/** What the database did, as its profiler noted it. */
interface Profile {
  readonly op: string;
  readonly ns: string;
  readonly planSummary?: string;
  readonly keysExamined?: number;
  readonly docsExamined?: number;
  readonly nreturned?: number;
  readonly command: {
    readonly maxTimeMS?: number;
    readonly readConcern?: { readonly level?: string };
  };
}

/** Everything that work asks of the collections of messages and changes. */
export async function profile(app: TestApp, work: () => Promise<unknown>): Promise<Profile[]> {
  const database = app.app.connection.db!;
  await database.command({ profile: 2 });
  await work();
  await database.command({ profile: 0 });
  const entries = await database.collection('system.profile').find().toArray();
  return (entries as unknown as Profile[]).filter(({ ns }) => /\.(messages|changes)$/.test(ns));
}
