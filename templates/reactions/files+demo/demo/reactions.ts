import { createReactions, isMine } from '../client/reactions.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { h, spoken } from './dom.ts';
import type { CreatePart } from './part.ts';
import { accepted, listed } from './words.ts';

/** What is offered; any other emoji that somebody chose elsewhere can be joined. */
const offered = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

/** Emoji under messages, and a row of them to choose from. */
export const reactions: CreatePart = ({ model, attempt, changed }) => {
  const { people, me } = model;
  const { seen, react } = createReactions(model.chat, me.id, changed);

  const choose = (message: MessageView, key: string, isAdded: boolean): void =>
    void attempt(() => accepted(react(message, key, isAdded)));

  /** Who chose a key: the user first, then as many as the message names. */
  function names(message: MessageView, key: string): string {
    const { count = 0, users = [] } = message.reactions?.find((one) => one.key === key) ?? {};
    const others = users.filter((id) => id !== me.id).map(people.nameOf);
    const named = [...(isMine(message, key) ? ['You'] : []), ...others].slice(0, count);
    return listed([...named, ...Array.from<string>({ length: count - named.length })]);
  }

  function drawChip(message: MessageView, key: string, count: number): HTMLElement {
    const isOwn = isMine(message, key);
    const who = names(message, key);
    return h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(isOwn),
        'data-name': `reaction ${key}`,
        title: who,
        click: () => choose(message, key, !isOwn),
      },
      h('span', { class: 'emoji' }, key),
      h('span', {}, String(count)),
      spoken(`, ${who}`),
    );
  }

  return {
    seen,
    below(message) {
      const { reactions: sums = [] } = message;
      if (sums.length === 0) return null;
      const said = sums.map(({ key, count }) => [key, count, names(message, key)]);
      return {
        version: JSON.stringify([said, message.myReactions]),
        draw: () =>
          h(
            'div',
            { class: 'chips', role: 'group', 'aria-label': 'Reactions' },
            ...sums.map(({ key, count }) => drawChip(message, key, count)),
          ),
      };
    },
    quick: (message, done) =>
      h(
        'div',
        { class: 'picker', role: 'group', 'aria-label': 'React', keydown: moveFocus },
        ...offered.map((key) =>
          h(
            'button',
            {
              type: 'button',
              'aria-label': `React with ${key}`,
              'aria-pressed': String(isMine(message, key)),
              click: () => {
                done();
                choose(message, key, !isMine(message, key));
              },
            },
            key,
          ),
        ),
      ),
  };
};

/** The arrows go through the row. */
function moveFocus(event: Event): void {
  const { key } = event as KeyboardEvent;
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
  const { activeElement } = document;
  const next =
    key === 'ArrowRight'
      ? activeElement?.nextElementSibling
      : activeElement?.previousElementSibling;
  (next as HTMLElement | null)?.focus();
  event.preventDefault();
}
