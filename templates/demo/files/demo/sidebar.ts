import type { ConversationView } from '../src/contract/conversations.ts';
import { h, keyed, opensKeyboard, spoken } from './dom.ts';
import { createFinder, type Found } from './finder.ts';
import { findPeople, openNewGroup, type GroupDraft } from './group.ts';
import { avatar, icon, iconButton, person } from './look.ts';
import { isQuiet } from './bell.ts';
import { inWords, type Badge, type Page } from './part.ts';
import { counted, createAttempt, shortly } from './words.ts';

/** What the list tells. */
interface SidebarPorts {
  open(conversationId: string): void;
  signOut(): void;
}

/** The list of conversations with the ways into new ones. */
export function createSidebar(
  page: Page,
  ports: SidebarPorts,
): { readonly root: HTMLElement; show(): void; focus(): void } {
  const { model } = page;
  const { me } = model;
  const finding = page.parts.flatMap(({ find }) => find ?? []);
  const draft: GroupDraft = { name: '', isPublic: false };
  const problem = h('p', { role: 'alert', class: 'problem' });
  const attempt = createAttempt(problem);
  const list = h('ul', { class: 'conversations', keydown: moveFocus });
  const more = h('button', { class: 'quiet', click: loadMore }, 'Show more');
  const empty = h(
    'div',
    { class: 'none' },
    h('p', {}, 'No conversations yet'),
    h('p', { class: 'hint' }, 'Find somebody by username, join a public group, or start your own.'),
  );
  const root = h(
    'nav',
    { class: 'sidebar', 'aria-label': 'Conversations', tabindex: '-1' },
    h(
      'header',
      { class: 'bar' },
      avatar(me.displayName, me.id),
      h(
        'div',
        { class: 'lines' },
        h('strong', { class: 'name', dir: 'auto' }, me.displayName),
        h('span', { class: 'hint' }, `@${me.username}`),
      ),
      iconButton('leave', 'Sign out', ports.signOut),
    ),
    finding.length === 0
      ? createFinder('Find people and public groups', search)
      : createFinder(
          'Find people and public groups, search messages',
          search,
          'Find people, groups, messages',
        ),
    h(
      'button',
      { class: 'quiet new-group', click: () => openNewGroup(model, draft, ports.open) },
      icon('plus'),
      'New group',
    ),
    problem,
    list,
    more,
    empty,
  );

  async function search(text: string): Promise<readonly Found[] | string> {
    const path = `/conversations/public?prefix=${encodeURIComponent(text)}&limit=10`;
    const [people, groups, ...found] = await Promise.all([
      findPeople(model, text),
      model.api.call<{ items: ConversationView[] }>('GET', path),
      ...finding.map((find) => find(text)),
    ]);
    const others = found.flat();
    if (typeof people === 'string' && groups.items.length === 0 && others.length === 0)
      return people;
    const enter = async (row: ConversationView): Promise<void> => {
      await model.enter(row);
      ports.open(row.id);
    };
    return [
      ...(typeof people === 'string' ? [] : people).map((user) => ({
        lines: person(user, model.isOnline(user.id)),
        choose: async () => enter(await model.api.call('PUT', `/conversations/direct/${user.id}`)),
      })),
      ...groups.items.map((row) => ({
        lines: groupLines(row),
        choose: async () =>
          enter(
            row.role === null ? await model.api.call('POST', `/conversations/${row.id}/join`) : row,
          ),
      })),
      ...others,
    ];
  }

  function loadMore(): void {
    void attempt(() => model.list.loadMore());
  }

  /** The arrows go through the list. */
  function moveFocus(event: Event): void {
    const { key } = event as KeyboardEvent;
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
    const item = document.activeElement?.closest('li');
    const next = key === 'ArrowDown' ? item?.nextElementSibling : item?.previousElementSibling;
    next?.querySelector('button')?.focus();
    event.preventDefault();
  }

  function show(): void {
    const rows = model.list.all();
    empty.hidden = rows.length > 0;
    more.hidden = !model.list.hasMore;
    const items = rows.map((row) => toItem(page, row));
    keyed(list, items, (item) => drawItem(item, () => ports.open(item.key)));
    const unread = items.filter((item) => item.unread > 0 && !item.isQuiet).length;
    document.title = unread > 0 ? `(${unread}) Chat` : 'Chat';
  }

  return {
    root,
    show,
    focus() {
      const current = list.querySelector<HTMLElement>('[data-key] button');
      const other = opensKeyboard() ? root : root.querySelector('input');
      (current ?? other)?.focus();
    },
  };
}

const groupLines = (row: ConversationView): Node[] => [
  h('span', { class: 'face group' }, avatar(row.name ?? '', row.id)),
  h(
    'span',
    { class: 'lines' },
    h('span', { class: 'name', dir: 'auto' }, row.name),
    h('span', { class: 'hint' }, `Public group, ${counted(row.memberCount, 'member')}`),
  ),
];

/** What an item of the list says. */
interface Item {
  readonly key: string;
  readonly version: string;
  readonly row: ConversationView;
  readonly title: string;
  readonly preview: string;
  readonly time: string;
  readonly unread: number;
  readonly badges: readonly Badge[];
  readonly isQuiet: boolean;
  readonly isOnline: boolean;
  readonly isOpen: boolean;
}

function toItem(page: Page, row: ConversationView): Item {
  const { model } = page;
  const last = model.list.latest(row);
  const own = last?.sender === model.me.id;
  const by = own
    ? 'You: '
    : last && row.otherUser === null
      ? `${model.people.nameOf(last.sender)}: `
      : '';
  const said = {
    title: model.titleOf(row),
    preview: last === null ? 'No messages yet' : by + inWords(page, last),
    time: last === null ? '' : shortly(last.timestamp),
    unread: model.unread(row),
    badges: page.parts.flatMap((part) => part.badge?.(row) ?? []),
    isQuiet: isQuiet(row),
    isOnline: model.isOnline(row.otherUser?.id),
    isOpen: model.open?.id === row.id,
  };
  return { key: row.id, version: JSON.stringify(said), row, ...said };
}

function drawItem(item: Item, open: () => void): HTMLElement {
  const { row, title, preview, time, unread, badges, isOnline, isOpen } = item;
  const face = avatar(title, row.otherUser?.id ?? row.id, isOnline);
  return h(
    'li',
    {},
    h(
      'button',
      { class: 'row conversation', 'aria-current': isOpen ? 'true' : false, click: open },
      row.otherUser === null ? h('span', { class: 'face group' }, face) : face,
      h(
        'span',
        { class: 'lines' },
        h(
          'span',
          { class: 'line' },
          h('span', { class: 'name', dir: 'auto' }, title),
          isOnline ? spoken(', online') : null,
          item.isQuiet ? h('span', { class: 'quieted' }, icon('muted'), spoken(', muted')) : null,
          h('span', { class: 'time' }, time),
        ),
        h(
          'span',
          { class: 'line' },
          h('span', { class: 'preview', dir: 'auto' }, preview),
          ...badges.map((badge) => drawBadge(badge, item.isQuiet)),
          unread > 0
            ? h(
                'span',
                { class: item.isQuiet ? 'unread calm' : 'unread' },
                String(unread),
                spoken(' unread'),
              )
            : null,
        ),
      ),
    ),
  );
}

const drawBadge = (badge: Badge, isCalm: boolean): HTMLElement =>
  h(
    'span',
    { class: isCalm ? 'unread calm' : 'unread' },
    h('span', { 'aria-hidden': 'true' }, badge.text),
    spoken(badge.spoken),
  );
