import type { Problem } from '../src/contract/errors.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { UserView } from '../src/contract/users.ts';
import type { Api } from './api.ts';
import { changeMs, takeAnswer } from './changes.ts';
import type { Chat } from './chat.ts';

/** Reactions of one connection, shown before the server has answered. */
export interface Reactions {
  /** A message as its user is to see it: with what is under way. */
  seen(message: MessageView): MessageView;
  /** Chooses a key, or takes it back; when it is refused, that is undone, and the answer says why. */
  react(message: MessageView, key: string, isAdded: boolean): Promise<Problem | undefined>;
}

/** Whether the user has chosen a key. */
export const isMine = (message: MessageView, key: string): boolean =>
  message.myReactions?.includes(key) ?? false;

/** Keeps the reactions of a chat; `changed` is called when a message is to be seen otherwise. */
export function createReactions(
  chat: Chat,
  userId: string,
  changed: (conversationId: string) => void,
): Reactions {
  const underWay = new Map<string, Map<string, boolean>>();

  // Another device of the user may have chosen.
  chat.socket.on('reaction:mine', ({ conversationId, messageId, rev, myReactions }) => {
    chat.timeline(conversationId)?.mine(messageId, rev, { myReactions });
    changed(conversationId);
  });

  async function react(message: MessageView, key: string, isAdded: boolean) {
    const { conversationId, id } = message;
    const keys = underWay.get(id) ?? new Map<string, boolean>();
    underWay.set(id, keys.set(key, isAdded));
    changed(conversationId);
    const command = isAdded ? 'reaction:add' : 'reaction:remove';
    const place = { conversationId, messageId: id, key };
    const asked = chat.socket.timeout(changeMs).emitWithAck(command, place);
    const problem = await takeAnswer(chat, asked);
    // A click that came meanwhile says what is shown until it is answered too.
    if (keys.get(key) === isAdded) keys.delete(key);
    if (keys.size === 0) underWay.delete(id);
    changed(conversationId);
    return problem;
  }

  const seen = (message: MessageView): MessageView =>
    [...(underWay.get(message.id) ?? [])].reduce(
      (state, [key, isAdded]) => withReaction(state, userId, key, isAdded),
      message,
    );

  return { seen, react };
}

/** A message after its user has chosen a key or taken it back; the same when nothing changes. */
function withReaction(
  message: MessageView,
  userId: string,
  key: string,
  isAdded: boolean,
): MessageView {
  if (isMine(message, key) === isAdded) return message;
  const { reactions = [], myReactions = [] } = message;
  const known = reactions.find((one) => one.key === key) ?? { key, count: 0, users: [] };
  const others = known.users.filter((user) => user !== userId);
  const next = {
    key,
    count: known.count + (isAdded ? 1 : -1),
    users: isAdded ? [...others, userId] : others,
  };
  const sums = reactions.includes(known)
    ? reactions.map((one) => (one === known ? next : one))
    : [...reactions, next];
  return {
    ...message,
    reactions: sums.filter(({ count }) => count > 0),
    myReactions: isAdded ? [...myReactions, key] : myReactions.filter((mine) => mine !== key),
  };
}

/** A page of those who chose a key. @throws ProblemError */
export const whoReacted = (
  api: Api,
  { conversationId, id }: MessageView,
  key: string,
  cursor?: string,
): Promise<{ items: UserView[]; nextCursor: string | null }> => {
  const path = `/conversations/${conversationId}/messages/${id}/reactions`;
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return api.call('GET', `${path}/${encodeURIComponent(key)}${query}`);
};
