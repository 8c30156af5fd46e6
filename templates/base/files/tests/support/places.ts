import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';
import { newId, toObjectId } from '../../src/platform/database/ids.ts';
import { passwordOf } from './accounts.ts';
import type { TestApp, TestUser } from './app.ts';
import { toStored } from './node.ts';
import { askers, type Kind, type Place } from './uses.ts';

/** An asker in a conversation of a kind. */
export interface Cell {
  readonly kind: Kind;
  readonly by: string;
}

/** A cell with its conversation, and the user who asks. */
export interface Stage extends Cell {
  readonly place: Place;
  readonly user: TestUser;
}

const roles: Readonly<Record<string, string>> = { admin: 'admin', owner: 'owner' };

/**
 * Writes a conversation for each cell into the database of an app, with two messages in it. Askers of
 * one kind are the same user in all their conversations; the others in it are there only once.
 */
export async function stage(app: TestApp, cells: readonly Cell[]): Promise<Stage[]> {
  const users = new Map<string, TestUser>();
  for (const [kind, names] of Object.entries(askers))
    for (const by of names) users.set(`${kind} ${by}`, await app.register());
  const others = await app.registerMany(cells.length * 2 + 1);
  const outsider = others.pop() as TestUser;
  const rows = cells.map((cell, index) => {
    const user = users.get(`${cell.kind} ${cell.by}`) as TestUser;
    const [target, admin] = others.slice(index * 2) as [TestUser, TestUser];
    return { ...cell, user, target, admin, outsider, ...seed(cell, user, target, admin) };
  });
  const documents = {
    conversations: rows.map((row) => row.conversation),
    memberships: rows.flatMap((row) => row.memberships),
    messages: rows.flatMap((row) => row.messages),
    blocks: rows.filter(({ by }) => by === 'blocked').map(toBlock),
  };
  for (const [name, some] of Object.entries<mongo.Document[]>(documents))
    if (some.length > 0) await app.app.connection.collection(name).insertMany(some);
  return rows.map((row) => ({
    kind: row.kind,
    by: row.by,
    user: row.user,
    place: {
      conversationId: row.conversation._id.toHexString(),
      ownMessageId: row.messages[0]._id.toHexString(),
      otherMessageId: row.messages[1]._id.toHexString(),
      targetId: row.target.id,
      adminId: row.admin.id,
      outsiderId: outsider.id,
      asker: toAsker(row.user),
    },
  }));
}

/** A place of somebody's own, in no conversation. */
export const placeOf = (user: TestUser, outsiderId: string, otherDeviceId: string): Place => ({
  ...nowhere(),
  outsiderId,
  asker: { ...toAsker(user), otherDeviceId },
});

/** A place that does not exist. */
export const nowhere = (): Omit<Place, 'outsiderId' | 'asker'> => ({
  conversationId: newId().toHexString(),
  ownMessageId: randomUUID(),
  otherMessageId: randomUUID(),
  targetId: newId().toHexString(),
  adminId: newId().toHexString(),
});

/** What an asker knows of themselves. */
export const toAsker = ({ username, session }: TestUser): Place['asker'] => ({
  username,
  password: passwordOf(username),
  accessToken: session.accessToken,
  refreshToken: session.refreshToken,
  otherDeviceId: newId().toHexString(),
});

/** The rows of a conversation with two messages, of whoever asks and of the target. */
export function seed({ kind, by }: Cell, user: TestUser, target: TestUser, admin: TestUser) {
  const id = newId();
  const isDirect = kind === 'direct';
  const isIn = by !== 'stranger' && by !== 'left';
  const member = ({ id: userId }: TestUser, role = 'member', leftAt: Date | null = null) => ({
    conversation: id,
    user: toObjectId(userId),
    role,
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    mutedUntil: null,
    joinedAt: new Date(),
    leftAt,
  });
  const asker = by === 'left' ? [member(user, 'member', new Date())] : [member(user, roles[by])];
  const memberships = [
    member(target),
    ...(by === 'stranger' ? [] : asker),
    ...(isDirect ? (isIn ? [] : [member(admin)]) : [member(admin, 'admin')]),
  ];
  const dmKey = [target.id, isIn ? user.id : admin.id].toSorted().join(' ');
  const conversation = {
    _id: id,
    type: kind === 'public' ? 'group' : kind,
    visibility: kind === 'public' ? 'public' : 'private',
    name: isDirect ? null : id.toHexString(),
    ...(isDirect ? { dmKey } : {}),
    createdBy: toObjectId(target.id),
    memberCount: memberships.filter(({ leftAt }) => leftAt === null).length,
    membersRev: 0,
    archivedAt: null,
    lastSeq: 2,
    lastMessageAt: new Date(),
    timestamp: new Date(),
  };
  const message = (seq: number, { id: sender }: TestUser) =>
    toStored({ conversationId: id.toHexString(), seq, sender, content: `said-${seq}` });
  return {
    conversation,
    memberships,
    messages: [message(1, by === 'stranger' ? admin : user), message(2, target)] as const,
  };
}

const toBlock = ({ user, target }: { readonly user: TestUser; readonly target: TestUser }) => ({
  user: toObjectId(target.id),
  blocked: toObjectId(user.id),
  timestamp: new Date(),
});
