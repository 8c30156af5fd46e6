import type { Problem } from '../src/contract/errors.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Api } from './api.ts';
import type { Chat } from './chat.ts';

/** No acknowledgement after this time is a failure, in milliseconds. */
const commandMs = 10_000;

/** Pins a message, or unpins it; when it is refused, the answer says why. */
export async function pin(
  chat: Chat,
  { conversationId, id }: Pick<MessageView, 'conversationId' | 'id'>,
  isPinned: boolean,
): Promise<Problem | undefined> {
  const answer = await chat.socket
    .timeout(commandMs)
    .emitWithAck(isPinned ? 'message:pin' : 'message:unpin', { conversationId, messageId: id })
    .catch(() => null);
  if (answer?.ok) chat.timeline(conversationId)?.answered(answer.data.message);
  return answer === null || answer.ok ? undefined : answer.error;
}

/** The pinned messages of a conversation, the latest pin first. @throws ProblemError */
export async function pinsOf(api: Api, conversationId: string): Promise<readonly MessageView[]> {
  const path = `/conversations/${conversationId}/pins`;
  return (await api.call<{ items: MessageView[] }>('GET', path)).items;
}
