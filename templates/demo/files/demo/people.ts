import type { Api } from '../client/api.ts';
import type { MemberView } from '../src/contract/conversations.ts';
import type { UserView } from '../src/contract/users.ts';

/** Who is who. */
export interface People {
  keep(user: UserView): void;
  /** A user that is known. */
  get(userId: string): UserView | undefined;
  byUsername(username: string): UserView | undefined;
  /** The name of a user; one that is not known yet is asked for once. */
  nameOf(userId: string): string;
  /** The first members of a conversation, once they were loaded. */
  members(conversationId: string): readonly MemberView[];
  loadMembers(conversationId: string): Promise<readonly MemberView[]>;
}

/** Creates an empty address book; `changed` hears of every new name. */
export function createPeople(api: Api, changed: () => void): People {
  const names = new Map<string, string>();
  const users = new Map<string, UserView>();
  const byUsername = new Map<string, UserView>();
  const members = new Map<string, readonly MemberView[]>();

  /** Somebody who came later than the list of members, or who has left. */
  async function loadName(userId: string): Promise<void> {
    names.set(userId, 'Somebody');
    const user = await api.call<UserView>('GET', `/users/${userId}`).catch(() => null);
    if (user !== null) keep(user);
    changed();
  }

  function keep(user: UserView): void {
    users.set(user.id, user);
    byUsername.set(user.username, user);
    names.set(user.id, user.displayName);
  }

  return {
    keep,
    get: (userId) => users.get(userId),
    byUsername: (username) => byUsername.get(username),
    nameOf(userId) {
      if (!names.has(userId)) void loadName(userId);
      return names.get(userId) ?? '';
    },
    members: (conversationId) => members.get(conversationId) ?? [],
    async loadMembers(conversationId) {
      const path = `/conversations/${conversationId}/members?limit=100`;
      const { items } = await api.call<{ items: MemberView[] }>('GET', path);
      members.set(conversationId, items);
      for (const { user } of items) keep(user);
      changed();
      return items;
    },
  };
}
