import { trusted, type ClientSession } from 'mongoose';
import type { Logger } from 'pino';
import type { ErasedOn } from '../../models/data-policies.ts';
import { erasedMembership } from '../../models/membership.ts';
import { erasedUser } from '../../models/user.ts';
import { patchTo, toUpdate } from '../../platform/database/patch.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import type { Caller } from '../../platform/security/access-tokens.ts';
import { activeAt } from '../shared/credentials.ts';
import type { TrustedContext } from '../feature.ts';
import { deleteRows } from '../shared/delete-rows.ts';
import { eraseMessagesOf } from './erase-messages.ts';
import { leaveAll } from './leaving.ts';

/**
 * The erasure of accounts. The user is signed out everywhere at once and no longer has a name,
 * address or password; a job removes what they wrote, also in conversations that they had left. The
 * username stays taken, so that nobody can pose as them, and can be read nowhere.
 */
export class Erasure {
  readonly #context: TrustedContext;

  /** Adds to the job that erases accounts. */
  constructor(context: TrustedContext) {
    this.#context = context;
    context.jobs.handle('erase-account', async (userId, signal) => {
      await context.devices.revokeAll(userId);
      await leaveAll(context, userId);
      await erase.messages(context, userId, signal);
      await erase.memberships(context, userId);
      await deleteRows(context.models, 'accountErased', userId);
    });
  }

  /** @throws AppError `unauthenticated` unless it is the password */
  async erase(caller: Caller, password: string, log: Logger): Promise<void> {
    const { access, auth, devices, jobs, names } = this.#context;
    const { userId } = caller;
    const rev = await auth.assertPassword(caller, password, log);
    const directs = await jobs.add('erase-account', userId, async (session) => {
      const user = await erase.users(this.#context, userId, rev, session);
      if (user === null) throw new AppError('unauthenticated'); // a new password was faster
      await names.keepErased(user.username, session);
      return endRights(this.#context, userId, session);
    });
    await Promise.all([access.forgetUser(userId, directs ?? []), devices.revokeAll(userId)]);
    log.info({ event: 'user_deleted', user: userId }, 'account erased');
  }
}

// Of each collection that keeps something of whoever is erased.
const erase = {
  users: ({ models }: TrustedContext, userId: string, rev: number, session: ClientSession) =>
    models.users
      .findOneAndUpdate(activeAt(userId, rev), toUpdate(patchTo(erasedUser(userId))), {
        session,
        projection: { username: 1 },
      })
      .lean(),
  async messages(context: TrustedContext, userId: string, signal: AbortSignal) {
    const { memberships } = context.models;
    const places = await memberships.find({ user: userId }, { conversation: 1 }).lean();
    for (const { conversation } of places)
      await eraseMessagesOf(context, userId, String(conversation), signal);
  },
  memberships: ({ clock, models }: TrustedContext, userId: string) =>
    models.memberships.updateMany(
      { user: userId, leftAt: null },
      toUpdate(patchTo(erasedMembership(clock.now()))),
    ),
} satisfies Record<ErasedOn<'accountErased'>, (...given: never[]) => Promise<unknown>>;

/**
 * Marks every row that a user's actions depend on, so that no write of theirs is committed after
 * this one: their memberships, and what the other side of a direct conversation depends on.
 */
async function endRights(
  { clock, models }: TrustedContext,
  userId: string,
  session: ClientSession,
): Promise<string[]> {
  const { conversations, memberships } = models;
  const active = { user: userId, leftAt: null };
  const erasedAt = clock.now();
  const places = await memberships.find(active, { conversation: 1 }).session(session).lean();
  await memberships.updateMany(active, { $set: { erasedAt } }, { session });
  const ids = places.map((row) => row.conversation);
  const directs = { _id: trusted({ $in: ids }), type: 'direct' } as const;
  await conversations.updateMany(directs, { $inc: { membersRev: 1 } }, { session });
  const rows = await conversations.find(directs, { _id: 1 }).session(session).lean();
  return rows.map((row) => String(row._id));
}
