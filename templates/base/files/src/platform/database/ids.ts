import { trusted, Types } from 'mongoose';

/** An id of the contract as the database has it; the schema of the input has checked its form. */
export const toObjectId = (id: string): Types.ObjectId => Types.ObjectId.createFromHexString(id);

/** The filter of a field that holds one of several ids. */
export const inIds = (ids: Iterable<string>) =>
  trusted({ $in: Array.from(new Set(ids), toObjectId) });

/** A UUID of the contract as the database has it: Binary, subtype 4. */
export const toUuid = (uuid: string): Types.UUID => new Types.UUID(uuid);

/** A new id. */
export const newId = (): Types.ObjectId => new Types.ObjectId();
