import type { Connection, Model } from 'mongoose';
import { StartError } from './start-error.ts';

const namespaceNotFound = 26;
const indexConflicts = new Set([85, 86]); // IndexOptionsConflict, IndexKeySpecsConflict

/** Creates the collections and indexes of all models; repeating it changes nothing. @throws StartError */
export async function createIndexes(connection: Connection): Promise<void> {
  await Promise.all(
    Object.values(connection.models).map(async (model) => {
      // Also a command that changes nothing waits for a lock.
      if ((await missingIndexes(model))?.length === 0) return;
      await model.createCollection();
      try {
        await model.createIndexes();
      } catch (error) {
        if (!indexConflicts.has(codeOf(error))) throw error;
        throw new StartError(
          78,
          `the collection ${model.collection.name} has an index of the same name or fields with other options: drop it, then start again`,
          error,
        );
      }
    }),
  );
}

/** Refuses a database without the indexes that order, uniqueness and speed rest on. @throws StartError */
export async function checkIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    const [missing] =
      (await missingIndexes(model)) ?? model.schema.indexes().map(([fields]) => fields);
    if (missing !== undefined)
      throw new StartError(
        78,
        `the collection ${model.collection.name} lacks the index ${JSON.stringify(missing)}: npm run db:setup`,
      );
  }
}

/**
 * The fields of every index that the schema names and the database does not have as it is named;
 * undefined where there is no collection.
 */
async function missingIndexes(model: Model<unknown>): Promise<unknown[] | undefined> {
  try {
    const { toCreate } = await model.diffIndexes();
    return toCreate;
  } catch (error) {
    if (codeOf(error) !== namespaceNotFound) throw error;
    return undefined;
  }
}

const codeOf = (error: unknown): number => Number((error as { code?: unknown }).code);
