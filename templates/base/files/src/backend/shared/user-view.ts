import type { Types } from 'mongoose';
import type { MeView, UserView } from '../../contract/users.ts';
import type { UserRow } from '../../models/index.ts';
import { erasedDisplayName, erasedUsername } from '../../models/user.ts';

type Row = UserRow & { readonly _id: Types.ObjectId };

/** A user as others see them. */
export function toUserView(
  user: Pick<Row, '_id' | 'username' | 'displayName' | 'avatarUrl' | 'status'>,
): UserView {
  const id = String(user._id);
  const erased = user.status === 'erased';
  return {
    id,
    // While an upgrade from 0.1.0 runs, its nodes leave the name of whom they erase in the row.
    username: erased ? erasedUsername(id) : user.username,
    displayName: erased ? erasedDisplayName : user.displayName,
    avatarUrl: user.avatarUrl ?? null,
    erased,
  };
}

/** A user as they see themselves. */
export function toMeView(user: Row): MeView {
  const { email, role, timestamp } = user;
  return { ...toUserView(user), email, role, timestamp: timestamp.toISOString() };
}
