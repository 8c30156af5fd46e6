import type { Acknowledgement, Problem } from '../src/contract/errors.ts';
import type { MessageView } from '../src/contract/messages.ts';
import type { Chat } from './chat.ts';

/** How long a change waits for its answer, in milliseconds. */
export const changeMs = 10_000;

/** Takes the answer to a change of a message; when it is refused, why. Of one that is lost, notices tell. */
export async function takeAnswer(
  chat: Chat,
  asked: Promise<Acknowledgement<{ message: MessageView }>>,
): Promise<Problem | undefined> {
  const answer = await asked.catch(() => null);
  if (answer?.ok) chat.timeline(answer.data.message.conversationId)?.answered(answer.data.message);
  return answer === null || answer.ok ? undefined : answer.error;
}
