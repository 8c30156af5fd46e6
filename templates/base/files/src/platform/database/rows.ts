import type { mongo } from 'mongoose';
import { limits } from '../../configs/limits.ts';

/** The driver's collection of a model: no document is built for each row, nor validated again. */
export const rowsOf = <Row extends mongo.Document>(model: { readonly collection: unknown }) =>
  model.collection as mongo.Collection<Row>;

/** How the driver reads what a majority has, and so nothing that can be lost again. */
export const read = {
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  maxTimeMS: limits.database.queryMs,
} as const;
