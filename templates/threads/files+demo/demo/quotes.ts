import type { MessageView } from '../src/contract/messages.ts';
import { pathOf } from './composer.ts';
import { h, spoken } from './dom.ts';
import { iconButton } from './look.ts';
import { inWords, type ComposerPart, type Page, type Piece } from './part.ts';

/** Quotes: references to a message, whose words are those it has now. */
export interface Quotes {
  /** Above a message that answers another one. */
  above(message: MessageView): Piece | null;
  /** The next message that is sent answers this one. */
  start(message: MessageView): void;
  composer(input: HTMLElement): ComposerPart;
}

/** Creates the quotes of a page. */
export function createQuotes(page: Page): Quotes {
  const { model } = page;
  const asked = new Set<string>();
  const who = h('strong', { dir: 'auto' });
  const what = h('span', { class: 'preview', dir: 'auto' });
  const bar = h(
    'div',
    { class: 'edit-bar quote-bar', hidden: true },
    h('p', { class: 'lines', role: 'status' }, h('span', {}, 'Replying to ', who), what),
    iconButton('close', 'Do not reply', () => {
      stop();
      field?.focus();
    }),
  );
  let field: HTMLElement | undefined;
  let chosen: MessageView | null = null;

  function stop(): void {
    chosen = null;
    bar.hidden = true;
  }

  function start(message: MessageView): void {
    chosen = message;
    who.textContent = message.sender === model.me.id ? 'yourself' : nameOf(message);
    what.textContent = inWords(page, message);
    bar.hidden = false;
    field?.focus();
  }

  const nameOf = ({ sender }: Pick<MessageView, 'sender'>): string => model.people.nameOf(sender);

  /** What is quoted, once it is there: it may stand before what is loaded. */
  function find(conversationId: string, quoted: NonNullable<MessageView['replyTo']>) {
    const timeline = model.chat.timeline(conversationId);
    // Any state of it is newer than none.
    const none = { id: quoted.id, rev: -1, conversationId } as MessageView;
    const found = timeline?.newest(none);
    if (found !== none) return found;
    if (!asked.has(quoted.id)) {
      asked.add(quoted.id);
      void model.api
        .call<{ message: MessageView }>('GET', pathOf(none))
        .then(({ message }) => timeline?.answered(message))
        .catch(() => {})
        .finally(page.changed);
    }
    return undefined;
  }

  function above({ conversationId, replyTo }: MessageView): Piece | null {
    if (replyTo === undefined) return null;
    const found = find(conversationId, replyTo);
    const name = replyTo.sender === model.me.id ? 'You' : nameOf(replyTo);
    const words = found === undefined ? '…' : inWords(page, found);
    return {
      version: JSON.stringify([name, words]),
      draw: () =>
        h(
          'button',
          {
            type: 'button',
            class: 'quote',
            'data-name': 'quote',
            click: () => found && void page.reveal(found),
          },
          spoken('In reply to '),
          h('strong', { dir: 'auto' }, name),
          h('span', { class: 'preview', dir: 'auto' }, words),
        ),
    };
  }

  return {
    above,
    start,
    composer(input) {
      field = input;
      return {
        bar,
        addressee: () => chosen?.sender ?? null,
        sent: () => (chosen === null ? {} : { replyTo: chosen.id }),
        clear: stop,
        keydown(event) {
          if (event.key !== 'Escape' || chosen === null) return false;
          event.stopPropagation();
          stop();
          return true;
        },
      };
    },
  };
}
