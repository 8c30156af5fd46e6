/** What of a row becomes what; a field that becomes undefined goes. */
export type Patch<Row> = { readonly [Field in keyof Row]?: Row[Field] | undefined };

/** Said of a field that stays as it is. */
export const kept = Symbol('kept');

/**
 * What is left of a row whose content must go, field by field: a field is kept, becomes another value,
 * or goes, as undefined. A new field of the row does not compile without an answer.
 */
export type Remains<Row> = {
  readonly [Field in keyof Row]-?: Row[Field] | typeof kept | undefined;
};

/** What must change for that. */
export const patchTo = <Row>(remains: Remains<Row>): Patch<Row> =>
  Object.fromEntries(
    Object.entries(remains).filter(([, value]) => value !== kept),
  ) as unknown as Patch<Row>;

/** A patch as an update of the database. */
export function toUpdate<Row>(patch: Patch<Row>): {
  readonly $set: Partial<Row>;
  readonly $unset?: Readonly<Record<string, 1>>;
} {
  const fields = Object.entries(patch);
  const gone = fields.filter(([, value]) => value === undefined);
  return {
    $set: Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Partial<Row>,
    ...(gone.length > 0 && { $unset: Object.fromEntries(gone.map(([field]) => [field, 1])) }),
  };
}
