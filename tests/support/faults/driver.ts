import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Stored } from './verdict.ts';

type Document = Readonly<Record<string, unknown>>;

interface Collection {
  find(filter: Document): { toArray(): Promise<Document[]> };
}

/** What is used of the driver of MongoDB. */
export interface Client {
  db(name?: string): {
    command(command: Document): Promise<Document>;
    collection(name: string): Collection;
  };
  close(): Promise<void>;
}

/** A connection by the driver that a generated project has. */
export function connectBy(project: string, uri: string): Client {
  const { mongo } = createRequire(join(project, 'package.json'))('mongoose') as {
    readonly mongo: { readonly MongoClient: new (uri: string) => Client };
  };
  return new mongo.MongoClient(uri);
}

/** Everything that is in the collection of messages, as it is. */
export async function scan(client: Client): Promise<Stored[]> {
  const rows = await client.db().collection('messages').find({}).toArray();
  return rows.map((row) => ({
    room: String(row['conversation']),
    seq: Number(row['seq']),
    id: String(row['_id']),
    content: String(row['content']),
  }));
}
