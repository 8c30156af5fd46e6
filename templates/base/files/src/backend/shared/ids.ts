import { Types } from 'mongoose';

/** An id of the contract as the database has it; the schema of the input has checked its form. */
export const toObjectId = (id: string): Types.ObjectId => Types.ObjectId.createFromHexString(id);

/** A new id. */
export const newId = (): Types.ObjectId => new Types.ObjectId();
