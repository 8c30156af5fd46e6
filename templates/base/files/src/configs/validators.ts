import type { Connection, Model } from 'mongoose';
import { StartError } from './start-error.ts';

/**
 * Puts the types and required fields of every schema into the database too, against whatever writes
 * past the schemas. Fields that a schema does not name are allowed: during an upgrade nodes of the
 * version before still write theirs. Rows that are wrong already can still be changed.
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
        78,
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
