import { vi } from 'vitest';
import type { TestApp } from './app.ts';

/** Does something before each read of a collection reaches the database, and before its answer is told. */
export function slowReads(
  { app }: TestApp,
  name: string,
  before: () => Promise<void>,
  after: () => Promise<void>,
): void {
  const collection = app.connection.collection(name);
  const find = collection.find.bind(collection);
  vi.spyOn(collection, 'find').mockImplementation((...args: Parameters<typeof find>) => {
    const cursor = find(...args);
    const toArray = cursor.toArray.bind(cursor);
    cursor.toArray = async () => {
      await before();
      const rows = await toArray();
      await after();
      return rows;
    };
    return cursor;
  });
}
