import { ProblemError } from '../client/api.ts';
import { search as searchMessages } from '../client/search.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h } from './dom.ts';
import type { Found } from './finder.ts';
import { avatar } from './look.ts';
import { marked } from './message.ts';
import type { CreatePart, Page } from './part.ts';
import { excerpt, found, isEnough, mayGoOn, wordsOf } from './search-words.ts';
import { shortly } from './words.ts';

const most = 10;

/** Messages by their words, in the field above the list. */
export const search: CreatePart = (page) => ({
  async find(text) {
    const words = wordsOf(text);
    if (!words.some(isEnough)) return [];
    try {
      // Somebody who types has not finished the last word.
      const query = `${words.join(' ')}${mayGoOn(words.at(-1) ?? '') ? '*' : ''}`;
      const { items } = await searchMessages(page.model.api, { query, limit: most });
      return items.map(({ message }) => toFound(page, message, words));
    } catch (error) {
      // Too many words for it, which may be the name of a group all the same.
      if (error instanceof ProblemError && error.problem.status === 422) return [];
      throw error;
    }
  },
});

function toFound(page: Page, message: MessageView, words: readonly string[]): Found {
  const { model } = page;
  const row = model.list.get(message.conversationId);
  const sender = message.sender === model.me.id ? 'You' : model.people.nameOf(message.sender);
  const text = excerpt(message.content ?? '', words);
  const place = row === undefined || row.otherUser !== null ? '' : ` in ${model.titleOf(row)}`;
  return {
    lines: [
      avatar(model.people.nameOf(message.sender), message.sender),
      h(
        'span',
        { class: 'lines' },
        h(
          'span',
          { class: 'line' },
          h('span', { class: 'name', dir: 'auto' }, sender + place),
          h('span', { class: 'time' }, shortly(message.timestamp)),
        ),
        h('span', { class: 'preview', dir: 'auto' }, ...marked(text, found(text, words))),
      ),
    ],
    choose: () => page.reveal(message),
  };
}
