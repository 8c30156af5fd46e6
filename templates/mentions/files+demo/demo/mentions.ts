import { isNamed } from '../client/mentions.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { createSuggestions } from './mention-suggestions.ts';
import { namesIn } from './mention-names.ts';
import type { Badge, ComposerPart, CreatePart, Mark, Page } from './part.ts';
import { counted } from './words.ts';

/** Names after an `@`: offered while they are typed, marked where they are read, counted in the list. */
export const mentions: CreatePart = (page) => ({
  level: 'mentions',
  marks: (message) => marksOf(page, message),
  badge: (row) => badgeOf(page, row),
  composer(ports) {
    const suggestions = createSuggestions(page, ports);
    return {
      ...suggestions,
      sent(content, addressees) {
        const { ids, all } = named(page, ports.conversationId(), content);
        const everybody = [...new Set([...ids, ...addressees])].filter(
          (id) => id !== page.model.me.id,
        );
        return {
          ...(everybody.length > 0 && { mentions: everybody }),
          ...(all && { mentionAll: all }),
        };
      },
      edited(content, message) {
        const { ids } = named(page, message.conversationId, content);
        return ids.length > 0 || message.mentions ? { mentions: ids } : {};
      },
    } satisfies ComposerPart;
  },
});

/** Whom a text names, among those who are known. */
function named({ model }: Page, conversationId: string, content: string) {
  const isDirect = model.list.get(conversationId)?.otherUser != null;
  const names = namesIn(content).map(({ name }) => name);
  const ids = names.flatMap((name) => model.people.byUsername(name)?.id ?? []);
  const all = isDirect ? undefined : (['all', 'here'] as const).find((one) => names.includes(one));
  return { ids: [...new Set(ids)], all };
}

/** Only names that the server has taken stand out: others are words. */
function marksOf({ model }: Page, message: MessageView): Mark[] {
  const { mentions: ids = [], mentionAll, content } = message;
  if (content === null || (ids.length === 0 && mentionAll === undefined)) return [];
  return namesIn(content).flatMap(({ name, start, end }) => {
    const isAll = name === mentionAll;
    const id = model.people.byUsername(name)?.id;
    if (!isAll && (id === undefined || !ids.includes(id))) return [];
    const isMe = isAll || id === model.me.id;
    return [{ start, end, className: isMe ? 'mention me' : 'mention' }];
  });
}

/** What the server counted while it is unread, and what was heard of since. */
function badgeOf({ model }: Page, row: ConversationView): Badge | null {
  const timeline = model.chat.timeline(row.id);
  const readSeq = Math.max(timeline?.readSeq ?? 0, row.lastReadSeq);
  const before = readSeq >= row.lastSeq ? 0 : (row.unreadMentions ?? 0);
  const after = Math.max(readSeq, row.lastSeq);
  const since = [...(timeline?.known() ?? [])].filter(
    (message) =>
      message.seq > after &&
      message.sender !== model.me.id &&
      message.deletedAt === null &&
      isNamed(message, model.me.id),
  );
  const count = before + since.length;
  if (count === 0 || model.unread(row) === 0) return null;
  return { text: `@${count}`, spoken: counted(count, 'mention') };
}
