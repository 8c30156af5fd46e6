import type { Problem } from '../src/contract/errors.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Api } from './api.ts';
import { changeMs, takeAnswer } from './changes.ts';
import type { Chat } from './chat.ts';

/** Pins a message, or unpins it; when it is refused, the answer says why. */
export function pin(
  chat: Chat,
  { conversationId, id }: Pick<MessageView, 'conversationId' | 'id'>,
  isPinned: boolean,
): Promise<Problem | undefined> {
  const command = isPinned ? 'message:pin' : 'message:unpin';
  const place = { conversationId, messageId: id };
  return takeAnswer(chat, chat.socket.timeout(changeMs).emitWithAck(command, place));
}

/** The pinned messages of a conversation, the latest pin first. @throws ProblemError */
export async function pinsOf(api: Api, conversationId: string): Promise<readonly MessageView[]> {
  const path = `/conversations/${conversationId}/pins`;
  return (await api.call<{ items: MessageView[] }>('GET', path)).items;
}
