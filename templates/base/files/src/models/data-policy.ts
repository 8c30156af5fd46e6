import type { InferSchemaType, Schema } from 'mongoose';
import type { kept, Remains } from '../platform/database/patch.ts';

/** What becomes of rows whose user or whose conversation is erased. */
type Ending<Row> =
  /** Those that have its id in one of these fields are deleted, by `deleteRows`. */
  | { readonly deleted: readonly (keyof Row & string)[] }
  /** They stay, and this is left of each. Code of their own does it, which does not compile without. */
  | { readonly erased: (...given: never[]) => Remains<Row> }
  /** Its feature takes them back in the job, since other rows say what follows from them. */
  | { readonly takenBack: string }
  /** They stay as they are, with every field. */
  | { readonly kept: Readonly<Record<keyof Row, typeof kept>>; readonly because: string };

/** Rows of a feature, in an export under the name of their collection. */
interface ExportedRows<Row> {
  /** Whose they are, and what they are of: the two fields of a unique index. */
  readonly of: keyof Row & string;
  readonly by: keyof Row & string;
  readonly show: (row: Row) => Record<string, unknown>;
}

/**
 * What becomes of a collection's rows when those go whom they are about, and what of them is theirs.
 * Each model has one; a collection without does not compile (data-policies.ts).
 */
export interface DataPolicy<Of extends Schema> {
  /** The account of a user is erased. */
  readonly accountErased: Ending<InferSchemaType<Of>> | 'holds nothing of a user';
  /** A conversation is archived, and what was said there goes. */
  readonly conversationErased: Ending<InferSchemaType<Of>> | 'holds nothing of a conversation';
  /** What a user gets who asks for everything that is stored about them. */
  readonly exported:
    | 'shown' // in a place of its own
    | ExportedRows<InferSchemaType<Of>>
    | { readonly hidden: string }
    | 'holds nothing of a user';
}
