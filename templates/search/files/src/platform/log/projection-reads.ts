import type { ClientSession, mongo, Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import { toObjectId } from '../database/ids.ts';
import { read } from '../database/rows.ts';
import type { ChangeableRow, StoredChange } from './types.ts';

const { queryMs: maxTimeMS } = limits.database;
const walkMs = 60_000; // of the database, over all parts of a walk

/** A collection that is only read. */
type Readable = Pick<mongo.Collection, 'aggregate' | 'find'>;

/** Where messages and their changes are stored. */
export interface StoredLog {
  readonly messages: Readable;
  readonly changes: Readable;
}

/** The last message and the last change of a conversation that are known somewhere; 0: none. */
export interface LogPlace {
  readonly seq: number;
  readonly rev: number;
}

/** Places of conversations, by id. */
export type LogPlaces = ReadonlyMap<string, LogPlace>;

/** Before everything. */
export const start: LogPlace = { seq: 0, rev: 0 };

/** States of messages behind places, and the places behind those. */
export interface States<Row> {
  readonly rows: readonly Row[];
  readonly reached: LogPlaces;
  /** The conversations of which there is no more. */
  readonly whole: ReadonlySet<string>;
}

/**
 * What was sent and changed behind places, at most `size` states; each message as it is now, whichever
 * of its changes was found. Changes come first, since they may take words back.
 */
export async function readStates<Row extends ChangeableRow>(
  { messages, changes }: StoredLog,
  places: LogPlaces,
  size: number,
  session: ClientSession,
): Promise<States<Row>> {
  const options = { session, maxTimeMS };
  const known = await changes
    .find(behind(places, 'rev'), { ...options, hint: { conversation: 1, rev: 1 } })
    .project<Numbered & Pick<StoredChange, 'message'>>({ conversation: 1, rev: 1, message: 1 })
    .sort({ conversation: 1, rev: 1 })
    .limit(Math.ceil(size / 2))
    .toArray();
  const left = size - known.length;
  const sent = await messages
    .find(behind(places, 'seq'), { ...options, hint: { conversation: 1, seq: 1 } })
    .project<Row>({}) // a type, no projection
    .sort({ conversation: 1, seq: 1 })
    .limit(left)
    .toArray();
  const fresh = new Set(sent.map((row) => row._id.toHexString()));
  const ids = new Map(known.map(({ message }) => [message.toHexString(), message]));
  const others = [...ids].filter(([id]) => !fresh.has(id)).map(([, id]) => id);
  const changed = await byIds<Row>(messages, others, options);
  const [seqs, revs] = [reach(sent, 'seq', left), reach(known, 'rev', Math.ceil(size / 2))];
  return {
    rows: [...changed, ...sent],
    reached: new Map(
      [...places].map(([id, { seq, rev }]) => [
        id,
        { seq: seqs.last.get(id) ?? seq, rev: revs.last.get(id) ?? rev },
      ]),
    ),
    whole: new Set([...places.keys()].filter((id) => seqs.isWhole(id) && revs.isWhole(id))),
  };
}

/** The head of one conversation as a transaction sees it. */
export async function headIn(
  { messages, changes }: StoredLog,
  conversationId: string,
  session: ClientSession,
): Promise<LogPlace> {
  const last = async (collection: Readable, number: 'seq' | 'rev'): Promise<number> => {
    const [row] = await collection
      .find({ conversation: toObjectId(conversationId) }, { session, maxTimeMS })
      .sort({ conversation: -1, [number]: -1 })
      .limit(1)
      .toArray();
    return Number(row?.[number] ?? 0);
  };
  return { seq: await last(messages, 'seq'), rev: await last(changes, 'rev') };
}

/** All conversations that have messages, some at a time, by the keys of an index alone. */
export async function* walkConversations(
  { messages }: StoredLog,
  size: number,
): AsyncGenerator<readonly string[]> {
  // With exactly this sort it walks one key a conversation.
  const stages = [
    { $sort: { conversation: -1, seq: -1 } },
    { $group: { _id: '$conversation', last: { $first: '$seq' } } },
  ];
  const options = { ...read, maxTimeMS: walkMs, batchSize: size };
  yield* inParts(messages.aggregate<{ _id: Types.ObjectId }>(stages, options), size);
}

/** The ids of rows, some at a time. */
export async function* inParts(
  rows: AsyncIterable<{ readonly _id: Types.ObjectId }>,
  size: number,
): AsyncGenerator<readonly string[]> {
  let part: string[] = [];
  for await (const { _id } of rows) {
    part.push(_id.toHexString());
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** What has a number in a conversation. */
interface Numbered {
  readonly conversation: Types.ObjectId;
  readonly seq?: number;
  readonly rev?: number | null | undefined;
}

const behind = (places: LogPlaces, number: 'seq' | 'rev'): Record<string, unknown> => ({
  $or: [...places].map(([id, place]) => ({
    conversation: toObjectId(id),
    [number]: { $gt: place[number] },
  })),
});

/** How far rows go that lie by conversation and number, where there were `limit` at most. */
function reach(rows: readonly Numbered[], number: 'seq' | 'rev', limit: number) {
  const last = new Map(rows.map((row) => [row.conversation.toHexString(), row[number] ?? 0]));
  const cutAt = rows.length < limit ? undefined : (rows.at(-1)?.conversation.toHexString() ?? '');
  return { last, isWhole: (id: string) => cutAt === undefined || id < cutAt };
}

async function byIds<Row extends mongo.Document>(
  messages: Readable,
  ids: readonly Types.UUID[],
  options: mongo.FindOptions,
): Promise<Row[]> {
  if (ids.length === 0) return [];
  const filter = { _id: { $in: [...ids] } } as unknown as mongo.Filter<mongo.Document>; // no ObjectIds
  return messages.find(filter, options).project<Row>({}).toArray();
}
