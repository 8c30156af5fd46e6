import type { ClientSession, mongo } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import type { MessageView } from '../../contract/messages.ts';
import { newId, toObjectId, toUuid } from '../database/ids.ts';
import { toUpdate, type Patch } from '../database/patch.ts';
import { AppError, notFound } from '../errors/app-error.ts';
import type { AnyKind } from './change-queue.ts';
import type { ChangeableRow, ChangeResult, ChangeTarget, StoredChange } from './types.ts';

const { queryMs: maxTimeMS } = limits.database;

/** What somebody wants to do. */
export interface Asked<Permission> {
  readonly userId: string;
  readonly permission: Permission;
}

/** Where changes are stored, and what they are judged by. */
export interface ChangeStore<Permission> {
  /** Holds rows of type `Row`. */
  readonly messages: mongo.Collection<ChangeableRow>;
  readonly changes: mongo.Collection<StoredChange>;
  readonly now: () => Date;
  /**
   * Why each of these may not, or undefined, as the transaction sees it; whatever takes the right
   * meanwhile, or changes something there, is in conflict with it, also where nobody is asked.
   */
  readonly refusals: (
    session: ClientSession,
    conversationId: string,
    asked: readonly Asked<Permission>[],
  ) => Promise<readonly (AppError | undefined)[]>;
}

/** What a batch led to. */
export interface Outcome<Row> {
  /** The messages that were changed, by their place. */
  readonly changed: readonly Row[];
  readonly resultOf: (one: ChangeTarget) => ChangeResult<Row> | AppError;
}

/** Nobody of a batch may, or nothing is there to change: nothing of the transaction is to be stored. */
export class AllRefused<Row> extends Error {
  readonly outcome: Outcome<Row>;

  constructor(outcome: Outcome<Row>) {
    super('every change was refused');
    this.outcome = outcome;
  }
}

/** A message as it was, what of it becomes what, and by whom. */
interface Changed<Row> {
  readonly row: Row;
  readonly patch: Patch<Row> & { readonly rev: number };
  readonly by: string;
}

/**
 * Stores a batch of changes of one kind and one conversation: one rev for each message that changes.
 *
 * @throws AllRefused with the outcome
 */
export async function storeChanges<Row extends ChangeableRow, Permission>(
  store: ChangeStore<Permission>,
  kind: AnyKind<Row, Permission>,
  wanted: readonly ChangeTarget[],
  session: ClientSession,
): Promise<Outcome<Row>> {
  const refused = await refusedOf(store, kind, wanted, session);
  const rows = await readRows<Row, Permission>(store, wanted, refused, session);
  const seen = new Map<ChangeTarget, Partial<MessageView>>();
  const possible = wanted.filter((one) => !refused.has(one));
  const patches =
    possible.length === 0
      ? new Map<string, Patch<Row>>()
      : await kind.apply({
          wanted: possible,
          messages: new Map([...rows].filter(([, row]) => row.deletedAt == null)),
          session,
          count: (filter) => count(store, wanted, filter, session),
          refuse: (one, error) => void refused.set(one, error),
          accept: (one, fields) => void seen.set(one, fields),
        });
  const by = new Map(
    wanted.filter((one) => !refused.has(one)).map((one) => [one.messageId, one.userId]),
  );
  const changed = await numbered(store, rows, patches, by, session);
  if (changed.length > 0) await write(store, kind.type, changed, session);
  const after = changed.map(({ row, patch }): Row => ({ ...row, ...patch }));
  const states = new Map([...rows, ...after.map((row) => [row._id.toHexString(), row] as const)]);
  const outcome = {
    changed: after,
    resultOf: (one: ChangeTarget) =>
      refused.get(one) ?? { row: states.get(one.messageId) as Row, seen: seen.get(one) ?? {} },
  };
  if (refused.size === wanted.length) throw new AllRefused(outcome);
  return outcome;
}

async function count<Permission>(
  { messages }: ChangeStore<Permission>,
  [first]: readonly ChangeTarget[],
  filter: Readonly<Record<string, unknown>>,
  session: ClientSession,
): Promise<number> {
  if (first === undefined) return 0;
  const conversation = toObjectId(first.conversationId);
  return messages.countDocuments({ ...filter, conversation }, { session, maxTimeMS });
}

type Refused = Map<ChangeTarget, AppError>;

async function refusedOf<Row extends ChangeableRow, Permission>(
  { refusals }: ChangeStore<Permission>,
  { permission }: AnyKind<Row, Permission>,
  wanted: readonly ChangeTarget[],
  session: ClientSession,
): Promise<Refused> {
  const [first] = wanted;
  if (first === undefined) return new Map();
  const asked = permission
    ? wanted.map((one) => ({ userId: one.userId, permission: permission(one) }))
    : [];
  const answers = await refusals(session, first.conversationId, asked);
  return new Map(
    wanted.flatMap((one, index) => (answers[index] ? [[one, answers[index]] as const] : [])),
  );
}

/** The messages that somebody may change, by their place; refuses what is not there, or not any more. */
async function readRows<Row extends ChangeableRow, Permission>(
  { messages }: ChangeStore<Permission>,
  wanted: readonly ChangeTarget[],
  refused: Refused,
  session: ClientSession,
): Promise<ReadonlyMap<string, Row>> {
  const allowed = wanted.filter((one) => !refused.has(one));
  const [first] = allowed;
  if (first === undefined) return new Map();
  const ids = [...new Set(allowed.map(({ messageId }) => messageId))].map(toUuid);
  const conversation = toObjectId(first.conversationId);
  const found = await messages
    .find<Row>({ _id: { $in: ids }, conversation }, { session, maxTimeMS })
    .sort({ seq: 1 })
    .toArray();
  const rows = new Map(found.map((row) => [row._id.toHexString(), row]));
  for (const one of allowed) {
    const row = rows.get(one.messageId);
    if (row === undefined) refused.set(one, notFound());
    else if (row.deletedAt != null) refused.set(one, new AppError('already-deleted'));
  }
  return rows;
}

/** Gives the messages that change the next revs, by their place. */
async function numbered<Row extends ChangeableRow, Permission>(
  { changes }: ChangeStore<Permission>,
  rows: ReadonlyMap<string, Row>,
  patches: ReadonlyMap<string, Patch<Row>>,
  by: ReadonlyMap<string, string>,
  session: ClientSession,
): Promise<Changed<Row>[]> {
  const decided = [...rows].flatMap(([id, row]) => {
    const patch = patches.get(id);
    return patch === undefined ? [] : [{ row, patch, by: by.get(id) ?? '' }];
  });
  const [first] = decided;
  if (first === undefined) return [];
  const last = await changes.findOne(
    { conversation: first.row.conversation },
    { session, maxTimeMS, sort: { conversation: -1, rev: -1 } },
  );
  const next = (last?.rev ?? 0) + 1;
  return decided.map(({ row, patch, ...rest }, index) => ({
    ...rest,
    row,
    patch: { ...patch, rev: next + index },
  }));
}

async function write<Row extends ChangeableRow, Permission>(
  { changes, messages, now }: ChangeStore<Permission>,
  type: string,
  changed: readonly Changed<Row>[],
  session: ClientSession,
): Promise<void> {
  const timestamp = now();
  await changes.insertMany(
    changed.map(({ row, patch: { rev }, by }) => ({
      _id: newId(),
      conversation: row.conversation,
      rev,
      message: row._id,
      type,
      by: toObjectId(by),
      timestamp,
    })),
    { session },
  );
  await messages.bulkWrite(
    changed.map(({ row: { _id }, patch }) => ({
      updateOne: { filter: { _id, rev: { $not: { $gte: patch.rev } } }, update: toUpdate(patch) },
    })),
    { session },
  );
}
