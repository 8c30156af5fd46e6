import type { mongo } from 'mongoose';
import type { TestApp, TestUser } from '../app.ts';
import { seed, toAsker } from '../places.ts';
import { newId, toObjectId } from '../../../src/platform/database/ids.ts';
import { readUses, nameOf, type Place, type Use } from '../uses.ts';
import type { Change, Race } from './table.ts';

/** One race: a conversation, its asker, and those who end the asker's right. */
export interface Trial {
  readonly race: Race;
  readonly change: Change;
  readonly use: Use;
  readonly place: Place;
  readonly asker: TestUser;
  readonly target: TestUser;
  readonly outsider: TestUser;
  /** Owns every conversation, besides whoever asks. */
  readonly owner: TestUser;
  /** The rows of this trial that are there from the start. */
  readonly rows: ReadonlySet<string>;
  readonly membershipId: string;
}

/** What is to be raced, and on which nodes. */
export interface Plan {
  readonly race: Race;
  readonly change: Change;
}

/** Writes a conversation of its own for each race into the database, with people of their own. */
export async function stageTrials(app: TestApp, plans: readonly Plan[]): Promise<Trial[]> {
  const uses = new Map((await readUses()).map((use) => [nameOf(use), use]));
  const owner = await app.register();
  const people = await app.registerMany(plans.length * 4);
  const trials = plans.map(({ race, change }, index) => {
    const use = uses.get(nameOf(race));
    if (use === undefined) throw new Error(`tests/access has no use ${nameOf(race)}`);
    const [asker, target, admin, outsider] = people.slice(index * 4) as [
      TestUser,
      TestUser,
      TestUser,
      TestUser,
    ];
    const rows = seed({ kind: race.in, by: race.by }, asker, target, admin);
    const owned = race.in === 'direct' ? [] : [ownership(rows.conversation._id, owner)];
    const memberships = [...rows.memberships, ...owned].map((row) => ({ _id: newId(), ...row }));
    const conversation = {
      ...rows.conversation,
      memberCount: rows.conversation.memberCount + owned.length,
    };
    return {
      race,
      change,
      use,
      asker,
      target,
      admin,
      outsider,
      owner,
      ...rows,
      conversation,
      memberships,
    };
  });
  const documents = {
    conversations: trials.map((trial) => trial.conversation),
    memberships: trials.flatMap((trial) => trial.memberships),
    messages: trials.flatMap((trial) => trial.messages),
  };
  for (const [name, some] of Object.entries<mongo.Document[]>(documents))
    await app.app.connection.collection(name).insertMany(some);
  return trials.map(({ messages, memberships, conversation, admin, ...trial }) => {
    const { asker, target, outsider } = trial;
    const place = {
      conversationId: conversation._id.toHexString(),
      ownMessageId: messages[0]._id.toHexString(),
      otherMessageId: messages[1]._id.toHexString(),
      targetId: target.id,
      adminId: admin.id,
      outsiderId: outsider.id,
      asker: toAsker(asker),
    };
    const users = [asker, target, admin, outsider].map(({ id }) => id);
    const rows = [conversation, ...memberships, ...messages].map(({ _id }) => String(_id));
    const own = memberships.find(({ user }) => String(user) === asker.id);
    return {
      ...trial,
      place,
      rows: new Set([...users, ...rows]),
      membershipId: String(own?._id),
    };
  });
}

const ownership = (conversation: unknown, owner: TestUser) => ({
  conversation,
  user: toObjectId(owner.id),
  role: 'owner',
  lastReadSeq: 0,
  lastDeliveredSeq: 0,
  mutedUntil: null,
  joinedAt: new Date(),
  leftAt: null,
});
