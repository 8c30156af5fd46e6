import { pin, pinsOf } from '../client/pins.ts';
import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { openDialog } from './dialog.ts';
import { h, spoken } from './dom.ts';
import { avatar, icon, iconButton, type Picture } from './look.ts';
import type { Model } from './model.ts';
import { inWords, type CreatePart, type Page } from './part.ts';
import { accepted, counted, createAttempt, shortly } from './words.ts';

const picture: Picture = 'M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6';

/** The latest pinned message above a conversation, a list of all of them, and an entry of the menus. */
export const pins: CreatePart = (page) => {
  const { model, attempt } = page;
  const bar = createBar(page);

  const set = (message: MessageView, isPinned: boolean): void =>
    void attempt(() => accepted(pin(model.chat, message, isPinned)));

  return {
    top: bar,
    actions(message) {
      const isPinned = message.pinned !== undefined;
      if (!mayPin(model)) return [];
      const run = (): void => set(message, !isPinned);
      return [{ label: isPinned ? 'Unpin' : 'Pin', order: 5, run }];
    },
    beside: (message) =>
      message.pinned === undefined
        ? null
        : {
            version: 'pinned',
            draw: () => h('span', { class: 'pinned' }, icon(picture), spoken('Pinned')),
          },
  };
};

/** In a direct conversation both may, elsewhere those who look after it. */
const mayPin = ({ open }: Model): boolean => open?.otherUser !== null || open.role !== 'member';

/** Follows what is pinned: asked for when a conversation opens, and again when a notice changes it. */
function createBar(page: Page) {
  const { model } = page;
  const text = h('span', { class: 'preview', dir: 'auto' });
  const count = h('span', { class: 'hint' });
  const root = h(
    'button',
    { type: 'button', class: 'pin-bar', hidden: true, click: () => openList(page, known) },
    icon(picture),
    h('span', { class: 'lines' }, h('span', { class: 'hint' }, 'Pinned'), text),
    count,
  );
  let shown = '';
  let signs = '';
  let known: readonly MessageView[] = [];

  /** What the messages that were seen say of pins. */
  function signsOf(row: ConversationView): string {
    const timeline = model.chat.timeline(row.id);
    const pinned = [...(timeline?.known() ?? [])].filter((message) => message.pinned !== undefined);
    return `${pinned.map(({ id, pinned: at }) => `${id} ${at?.at}`).join()} ${timeline?.epoch}`;
  }

  async function load(row: ConversationView): Promise<void> {
    const items = await pinsOf(model.api, row.id).catch(() => null);
    if (items === null || shown !== row.id) return;
    known = items;
    page.changed();
  }

  return {
    root,
    show(row: ConversationView) {
      const now = signsOf(row);
      if (shown !== row.id) known = [];
      if (shown !== row.id || signs !== now) {
        shown = row.id;
        signs = now;
        void load(row);
      }
      const timeline = model.chat.timeline(row.id);
      known = known
        .map((message) => timeline?.newest(message) ?? message)
        .filter((message) => message.pinned !== undefined);
      const [latest] = known;
      root.hidden = latest === undefined;
      text.textContent = latest === undefined ? '' : inWords(page, latest);
      count.textContent = known.length > 1 ? counted(known.length, 'message') : '';
    },
  };
}

function openList(page: Page, items: readonly MessageView[]): void {
  const { model } = page;
  const problem = h('p', { role: 'alert', class: 'problem' });
  const attempt = createAttempt(problem);
  const list = h('ul', { class: 'people' }, ...items.map(drawItem));
  const dialog = openDialog('Pinned messages', list, problem);

  function drawItem(message: MessageView): HTMLElement {
    const name = model.people.nameOf(message.sender);
    const go = (): void => {
      dialog.close();
      void page.reveal(message);
    };
    const item = h(
      'li',
      { class: 'pin-item' },
      h(
        'button',
        { type: 'button', class: 'row', click: go },
        avatar(name, message.sender),
        h(
          'span',
          { class: 'lines' },
          h(
            'span',
            { class: 'line' },
            h('span', { class: 'name', dir: 'auto' }, name),
            h('span', { class: 'time' }, shortly(message.timestamp)),
          ),
          h('span', { class: 'preview', dir: 'auto' }, inWords(page, message)),
        ),
      ),
      mayPin(model) ? iconButton('close', 'Unpin', () => void unpin(message, item)) : null,
    );
    return item;
  }

  async function unpin(message: MessageView, item: HTMLElement): Promise<void> {
    if (!(await attempt(() => accepted(pin(model.chat, message, false))))) return;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    if (next === null) dialog.close();
    else next.querySelector('button')?.focus();
  }
}
