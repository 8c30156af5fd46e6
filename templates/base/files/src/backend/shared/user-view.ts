import type { Types } from 'mongoose';
import type { MeView, UserView } from '../../contract/users.ts';
import type { UserRow } from '../../models/index.ts';

type Row = UserRow & { readonly _id: Types.ObjectId };

/** A user as others see them; one who erased the account keeps the name and nothing else. */
export function toUserView(
  user: Pick<Row, '_id' | 'username' | 'displayName' | 'avatarUrl'>,
): UserView {
  return {
    id: String(user._id),
    username: user.username,
    displayName: user.displayName,
    avatarUrl: user.avatarUrl ?? null,
  };
}

/** A user as they see themselves. */
export function toMeView(user: Row): MeView {
  const { email, role, timestamp } = user;
  return { ...toUserView(user), email, role, timestamp: timestamp.toISOString() };
}
