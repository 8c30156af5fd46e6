import type { Connection, Model } from 'mongoose';
import { exitCodes, StartError } from '../errors/start-error.ts';

const namespaceNotFound = 26;
const indexConflicts = new Set([85, 86]); // IndexOptionsConflict, IndexKeySpecsConflict

/** Creates the collections and indexes of all models; repeating it changes nothing. @throws StartError */
export async function createIndexes(connection: Connection): Promise<void> {
  await Promise.all(
    Object.values(connection.models).map(async (model) => {
      // Even a command that changes nothing waits for a lock.
      if (model.schema.indexes().length > 0 && (await missingIndexes(model))?.length === 0) return;
      await model.createCollection();
      try {
        await model.createIndexes();
      } catch (error) {
        if (!indexConflicts.has(codeOf(error))) throw error;
        throw new StartError(
          exitCodes.configuration,
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
        exitCodes.configuration,
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

/**
 * Puts the types and required fields of every schema into the database too, against writes that
 * bypass the schemas. Fields that a schema does not name are allowed: during an upgrade nodes of
 * the version before still write theirs. Rows that are wrong already can still be changed.
 */
export async function setValidators(connection: Connection): Promise<void> {
  const present = await presentValidators(connection);
  for (const model of Object.values(connection.models)) {
    const name = model.collection.name;
    const validator = validatorOf(model);
    // A change locks the collection for a moment and needs more rights than the rest.
    if (JSON.stringify(present.get(name)) === JSON.stringify(validator)) continue;
    await connection.db?.command({ collMod: name, validator, validationLevel: 'moderate' });
  }
}

/**
 * Refuses a collection without a validator. One of another version is fine: while an upgrade runs,
 * nodes of both versions start. @throws StartError
 */
export async function checkValidators(connection: Connection): Promise<void> {
  const present = await presentValidators(connection);
  for (const { collection } of Object.values(connection.models))
    if (present.get(collection.name) === undefined)
      throw new StartError(
        exitCodes.configuration,
        `the collection ${collection.name} lacks its validator: npm run db:setup`,
      );
}

interface CollectionInfo {
  readonly name: string;
  readonly options?: { readonly validator?: object };
}

const validatorOf = (model: Model<unknown>): object => ({
  $jsonSchema: model.schema.toJSONSchema({ useBsonType: true }),
});

async function presentValidators(connection: Connection): Promise<ReadonlyMap<string, object>> {
  const validators = new Map<string, object>();
  const collections = (await connection.db?.listCollections().toArray()) ?? [];
  for (const { name, options } of collections as readonly CollectionInfo[])
    if (options?.validator !== undefined) validators.set(name, options.validator);
  return validators;
}
