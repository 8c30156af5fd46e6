import type { MemberRole } from '../../../contract/conversations.ts';
import type { ProblemCode } from '../../../contract/errors.ts';
import type { Need, Room } from '../../shared/access.ts';

/** The lowest role that may; `never` where the type of conversation has no such thing. */
type Lowest = MemberRole | 'never';

const rank: Record<MemberRole, number> = { member: 0, admin: 1, owner: 2 };

/** Who among the members may do what. Two people in a direct conversation have no ranks. */
const lowest: Record<Need, Record<Room['type'], Lowest>> = {
  see: { direct: 'member', group: 'member', channel: 'member' },
  read: { direct: 'member', group: 'member', channel: 'member' },
  signal: { direct: 'member', group: 'member', channel: 'member' },
  send: { direct: 'member', group: 'member', channel: 'admin' },
  moderate: { direct: 'never', group: 'admin', channel: 'admin' },
  own: { direct: 'never', group: 'owner', channel: 'owner' },
};

/**
 * Judges what somebody wants to do in a conversation: undefined when they may, else the code of the
 * refusal. A stranger does not learn that a private conversation exists.
 */
export function judge(room: Room, need: Need): ProblemCode | undefined {
  if (room.role === null) {
    if (room.visibility === 'private') return 'not-found';
    return need === 'see' ? undefined : 'forbidden';
  }
  const least = lowest[need][room.type];
  if (least === 'never') return 'conflict';
  if (rank[room.role] < rank[least]) return 'forbidden';
  return need === 'send' && room.blocked ? 'blocked' : undefined;
}

/** Whether a role stands above another one. */
export const isAbove = (role: MemberRole, other: MemberRole): boolean => rank[role] > rank[other];
