import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { inject } from 'vitest';

/** A name that no database of this run has. */
export function newDatabase(): string {
  const uri = new URL(inject('mongodbUri'));
  uri.pathname = `/test-${randomBytes(6).toString('hex')}`;
  return uri.href;
}

// To make the collections and indexes of a database costs more than most tests do otherwise.
const prepared: string[] = [];
const borrowed = new Set<string>();
let client: mongo.MongoClient | undefined;

/** A database without rows, which a test before may have set up already. */
export function borrowDatabase(): string {
  const uri = prepared.pop() ?? newDatabase();
  borrowed.add(uri);
  return uri;
}

/** Whether it is to be given back; any other one is its test's own. */
export const isBorrowed = (uri: string | undefined): boolean => borrowed.has(uri ?? '');

/** Empties a database that no backend uses any more, for the tests that follow. */
export async function giveBackDatabase(uri: string): Promise<void> {
  client ??= new mongo.MongoClient(inject('mongodbUri'), {
    writeConcern: { w: 'majority' },
  });
  const database = client.db(new URL(uri).pathname.slice(1));
  const names = (await database.listCollections({}, { nameOnly: true }).toArray()).map(
    ({ name }) => name,
  );
  await Promise.all(
    names.map(async (name) => {
      if (name.startsWith('system.')) await database.dropCollection(name);
      // That one says what the set-up has done.
      else if (name !== 'migrations') await database.collection(name).deleteMany({});
    }),
  );
  borrowed.delete(uri);
  prepared.push(uri);
}
