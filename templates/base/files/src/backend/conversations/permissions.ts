import type { MemberRole } from '../../contract/conversations.ts';
import type { ProblemCode } from '../../contract/errors.ts';
import type { Permission, Participation } from '../shared/access.ts';
import { AppError, notFound } from '../../platform/errors/app-error.ts';

/** The lowest role that may; `never` where the type of conversation has no such thing. */
type Lowest = MemberRole | 'never';

const rank: Record<MemberRole, number> = { member: 0, admin: 1, owner: 2 };

/** Which members may do what. The two in a direct conversation have the same rank. */
const lowest: Record<Permission, Record<Participation['type'], Lowest>> = {
  see: { direct: 'member', group: 'member', channel: 'member' },
  read: { direct: 'member', group: 'member', channel: 'member' },
  retract: { direct: 'member', group: 'member', channel: 'member' },
  signal: { direct: 'member', group: 'member', channel: 'member' },
  send: { direct: 'member', group: 'member', channel: 'admin' },
  edit: { direct: 'member', group: 'member', channel: 'admin' },
  react: { direct: 'member', group: 'member', channel: 'admin' },
  pin: { direct: 'member', group: 'admin', channel: 'admin' },
  moderate: { direct: 'never', group: 'admin', channel: 'admin' },
  own: { direct: 'never', group: 'owner', channel: 'owner' },
};

/** What makes others see somebody's words. */
const speaking: ReadonlySet<Permission> = new Set(['send', 'edit', 'react', 'pin']);

/** What acts on single messages: to a stranger they do not exist. */
const ofMessages: ReadonlySet<Permission> = new Set(['edit', 'retract']);

/**
 * Checks what a user wants to do in a conversation: undefined when they may, else the code of the
 * refusal. A stranger does not learn that a private conversation exists.
 */
export function checkPermission(
  participation: Participation,
  permission: Permission,
): ProblemCode | undefined {
  if (participation.role === null) {
    if (participation.visibility === 'private' || ofMessages.has(permission)) return 'not-found';
    return permission === 'see' ? undefined : 'forbidden';
  }
  const least = lowest[permission][participation.type];
  if (least === 'never') return 'conflict';
  if (rank[participation.role] < rank[least]) return 'forbidden';
  if (!speaking.has(permission)) return undefined;
  if (participation.blocked) return 'blocked';
  return participation.erased ? 'forbidden' : undefined;
}

/** Why somebody may not, as clients see it; undefined when they may. */
export function refusalOf(
  participation: Participation | null,
  permission: Permission,
): AppError | undefined {
  const refusal = participation === null ? 'not-found' : checkPermission(participation, permission);
  if (refusal === 'forbidden' && participation?.erased === true)
    return new AppError(refusal, { detail: 'The account of the other user was erased.' });
  if (refusal === 'not-found') return notFound();
  return refusal && new AppError(refusal);
}

/** Refuses what somebody may not do. @throws AppError as `Access.require` */
export function assertMay(
  participation: Participation | null,
  permission: Permission,
): Participation {
  const refusal = refusalOf(participation, permission);
  if (refusal !== undefined) throw refusal;
  return participation as Participation;
}

/** Whether a role outranks another one. */
export const isAbove = (role: MemberRole, other: MemberRole): boolean => rank[role] > rank[other];
