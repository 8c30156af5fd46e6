import type { Types } from 'mongoose';
import { limits } from '../../configs/limits.ts';
import { toObjectId } from '../../platform/database/ids.ts';
import type { ConversationPorts } from './ports.ts';
import type { StoredConversation } from './views.ts';

/** The last conversation of the page before: when it had its last message, in milliseconds, and its id. */
type Place = readonly [lastMessageAt: number, id: string];

const maxNamed = 2_000; // ids in a query; more of them cost more than all memberships of a user

type Ports = Pick<ConversationPorts, 'models' | 'readMarkers'>;

/**
 * Reads a user's conversations, the latest first, `size` of them after a position. The database sorts
 * and cuts in one pipeline, so that this node reads what it shows, whatever the number of
 * conversations.
 *
 * Rows are written behind the messages. What has moved since is sorted by the moment of its last
 * message: it is left out of the pipeline and inserted by hand.
 */
export async function latestFirst(
  ports: Ports,
  userId: string,
  size: number,
  after?: Place,
): Promise<StoredConversation[]> {
  const user = toObjectId(userId);
  const moved = await movedOf(ports, user);
  const ids = [...moved.keys()].map(toObjectId);
  const [still, late] = await Promise.all([
    read(
      ports,
      { user, ...(ids.length > 0 && { conversation: { $nin: ids } }) },
      ...(after === undefined ? [] : [{ $match: behind(after) }]),
      { $sort: { lastMessageAt: -1, _id: -1 } },
      { $limit: size },
    ),
    ids.length === 0 ? [] : read(ports, { user, conversation: { $in: ids } }),
  ]);
  if (late.length === 0) return still;
  const corrected = late.map((row) => ({ ...row, lastMessageAt: later(row, moved) }));
  return [...still, ...corrected.filter((row) => !after || byLatest(after, toPlace(row)) < 0)]
    .toSorted((a, b) => byLatest(toPlace(a), toPlace(b)))
    .slice(0, size);
}

/** Those of a user's conversations that may be later than their rows say. */
async function movedOf(
  { models, readMarkers }: Ports,
  user: Types.ObjectId,
): Promise<ReadonlyMap<string, Date>> {
  if (readMarkers.movedCount <= maxNamed) return readMarkers.latest();
  const rows = await models.memberships.collection
    .find({ user, leftAt: null }, { projection: { _id: 0, conversation: 1 }, ...inTime })
    .toArray();
  return readMarkers.latest(rows.map((row) => String(row['conversation'])));
}

/** The conversations of memberships, through further stages. */
function read({ models }: Ports, filter: object, ...stages: object[]) {
  return models.memberships.collection
    .aggregate<StoredConversation>(
      [
        { $match: { ...filter, leftAt: null } },
        { $group: { _id: null, ids: { $push: '$conversation' } } },
        {
          $lookup: {
            from: models.conversations.collection.name,
            localField: 'ids',
            foreignField: '_id',
            pipeline: [{ $match: { archivedAt: null } }, ...stages],
            as: 'rows',
          },
        },
        { $unwind: '$rows' },
        { $replaceRoot: { newRoot: '$rows' } },
      ],
      inTime,
    )
    .toArray();
}

const inTime = { maxTimeMS: limits.database.queryMs };

const toPlace = ({ lastMessageAt, _id }: StoredConversation): Place => [
  lastMessageAt.getTime(),
  String(_id),
];

function later({ _id, lastMessageAt }: StoredConversation, moved: ReadonlyMap<string, Date>): Date {
  const at = moved.get(String(_id)) ?? lastMessageAt;
  return at > lastMessageAt ? at : lastMessageAt;
}

function behind([time, id]: Place): object {
  const lastMessageAt = new Date(time);
  return {
    $or: [
      { lastMessageAt: { $lt: lastMessageAt } },
      { lastMessageAt, _id: { $lt: toObjectId(id) } },
    ],
  };
}

/** The latest first; among equals by id, so that the order is total. */
function byLatest([a, idA]: Place, [b, idB]: Place): number {
  return b - a || (idA < idB ? 1 : idA > idB ? -1 : 0);
}
