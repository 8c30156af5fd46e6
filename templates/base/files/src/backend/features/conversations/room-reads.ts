import { trusted } from 'mongoose';
import type { MemberRole } from '../../../contract/conversations.ts';
import type { ConversationRow } from '../../../models/conversation.ts';
import type { Models } from '../../../models/index.ts';

/** What the gate must know of a conversation and of one user in it. */
interface RoomRead {
  /** Undefined: there is none, or it is archived. */
  readonly conversation:
    Pick<ConversationRow, 'type' | 'visibility' | 'memberCount' | 'dmKey'> | undefined;
  /** Null: the user is no member. */
  readonly role: MemberRole | null;
}

interface Question {
  readonly userId: string;
  readonly conversationId: string;
  readonly answer: (read: RoomRead) => void;
  readonly fail: (error: unknown) => void;
}

/** So many questions share their two queries at most. */
const mostTogether = 100;

/**
 * Creates the reads of one node. People who write seldom are looked up for each message: questions of
 * one turn of the event loop share two queries.
 */
export function createRoomReads({
  conversations,
  memberships,
}: Pick<Models, 'conversations' | 'memberships'>): (
  userId: string,
  conversationId: string,
) => Promise<RoomRead> {
  let waiting: Question[] = [];

  async function readAll(questions: readonly Question[]): Promise<void> {
    const rooms = [...new Set(questions.map(({ conversationId }) => conversationId))];
    const users = [...new Set(questions.map(({ userId }) => userId))];
    const [found, members] = await Promise.all([
      conversations
        .find(
          { _id: trusted({ $in: rooms }), archivedAt: null },
          { type: 1, visibility: 1, memberCount: 1, dmKey: 1 },
        )
        .lean(),
      memberships
        .find(
          {
            conversation: trusted({ $in: rooms }),
            user: trusted({ $in: users }),
            leftAt: null,
          },
          { conversation: 1, user: 1, role: 1 },
        )
        .lean(),
    ]);
    const byId = new Map(found.map((row) => [String(row._id), row]));
    const roles = new Map(members.map((row) => [`${row.conversation} ${row.user}`, row.role]));
    for (const { userId, conversationId, answer } of questions)
      answer({
        conversation: byId.get(conversationId),
        role: roles.get(`${conversationId} ${userId}`) ?? null,
      });
  }

  function readWaiting(): void {
    const questions = waiting;
    waiting = [];
    for (let start = 0; start < questions.length; start += mostTogether) {
      const together = questions.slice(start, start + mostTogether);
      readAll(together).catch((error: unknown) => together.forEach(({ fail }) => fail(error)));
    }
  }

  return (userId, conversationId) =>
    new Promise((answer, fail) => {
      waiting.push({ userId, conversationId, answer, fail });
      if (waiting.length === 1) setImmediate(readWaiting);
    });
}
