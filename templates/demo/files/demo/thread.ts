import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { createComposer, pathOf, receiveDrops } from './composer.ts';
import { openDialog } from './dialog.ts';
import { h, opensKeyboard } from './dom.ts';
import { openGroup } from './group.ts';
import { avatar, icon, iconButton } from './look.ts';
import { createMessages } from './messages.ts';
import type { Model } from './model.ts';
import { isHere, type Page, type Region } from './part.ts';
import { counted, listed, shortly } from './words.ts';

/** The open conversation. */
export interface Thread {
  readonly root: HTMLElement;
  show(): void;
  focus(): void;
  /** Shows one of its messages that is loaded. */
  reveal(message: MessageView): void;
}

/** The open conversation: its messages, who writes, and the field to write in; problems stand below. */
export function createThread(page: Page, problem: HTMLElement, back: () => void): Thread {
  const { model, parts } = page;
  const bars = parts.flatMap(({ bar }) => bar ?? []);
  const regions = [...bars, ...parts.flatMap(({ top, side }) => [top ?? [], side ?? []].flat())];
  const header = createHeader(model, bars, back);
  const writing = h('p', { class: 'writing' });
  const messages = createMessages(page, {
    edit: (message) => composer.edit(message),
    remove: (message) => confirmRemoval(page, message, composer.focus),
  });
  const composer = createComposer(page, {
    label: 'Write a message',
    place: 'conversation',
    sent: messages.follow,
    messages: () =>
      (model.chat.timeline(shown ?? '')?.messages() ?? []).filter((one) => isHere(page, one)),
  });
  const tops = h('div', { class: 'tops' }, ...parts.flatMap(({ top }) => top?.root ?? []));
  const content = h(
    'div',
    { class: 'thread' },
    header.root,
    tops,
    messages.root,
    writing,
    problem,
    composer.root,
  );
  receiveDrops(content, composer);
  const root = h(
    'section',
    { class: 'pane', 'aria-label': 'Conversation', tabindex: '-1' },
    nothingOpen(),
    content,
    ...parts.flatMap(({ side }) => side?.root ?? []),
  );
  let shown: string | null = null;

  function show(): void {
    const row = model.open;
    root.classList.toggle('empty', row === undefined);
    if (row === undefined) {
      shown = null;
      return messages.hide();
    }
    if (shown !== row.id) problem.textContent = '';
    shown = row.id;
    header.show(row);
    for (const region of regions) region.show(row);
    composer.show(row.id);
    messages.show(row);
    const names = model.signals.typing(row.id).map(model.people.nameOf);
    writing.textContent =
      names.length === 0 ? '' : `${listed(names)} ${names.length === 1 ? 'is' : 'are'} writing`;
  }

  return {
    root,
    show,
    focus: () => (opensKeyboard() ? root.focus() : composer.focus()),
    reveal: messages.reveal,
  };
}

/** Asks before a message is deleted; `then` is where the focus goes, which its menu cannot get back. */
export function confirmRemoval(page: Page, message: MessageView, then: () => void): void {
  const remove = h('button', { class: 'danger' }, 'Delete');
  const keep = h('button', { autofocus: true, click: () => dialog.close() }, 'Keep it');
  const dialog = openDialog(
    'Delete this message?',
    h('p', {}, 'Everybody sees that a message was here, but not what it said.'),
    h('div', { class: 'buttons' }, keep, remove),
  );
  remove.addEventListener('click', () => {
    dialog.close();
    then();
    void page.attempt(() => page.model.api.call('DELETE', pathOf(message)));
  });
}

function createHeader(
  model: Model,
  bars: readonly Region[],
  back: () => void,
): { readonly root: HTMLElement; show(row: ConversationView): void } {
  const face = h('span', { class: 'face' });
  const title = h('h2', { dir: 'auto' });
  const state = h('p', { class: 'hint' });
  const members = iconButton('people', 'Members', () => {
    if (model.open !== undefined) openGroup(model, model.open);
  });
  const backButton = iconButton('back', 'Back to the conversations', back, 'back');
  const lines = h('div', { class: 'lines' }, title, state);
  const root = h(
    'header',
    { class: 'bar' },
    backButton,
    face,
    lines,
    ...bars.map((bar) => bar.root),
    members,
  );

  return {
    root,
    show(row) {
      const name = model.titleOf(row);
      title.textContent = name;
      state.textContent = stateOf(model, row);
      members.hidden = row.otherUser !== null;
      const isOnline = model.isOnline(row.otherUser?.id);
      face.className = row.otherUser === null ? 'face group' : 'face';
      face.replaceChildren(avatar(name, row.otherUser?.id ?? row.id, isOnline));
    },
  };
}

/** Who is in a group and how many of them are here, or since when the other one is not. */
function stateOf(model: Model, row: ConversationView): string {
  if (row.otherUser !== null) {
    const presence = model.signals.presence(row.otherUser.id);
    if (presence === undefined) return `@${row.otherUser.username}`;
    if (presence.status === 'online') return 'Online';
    return presence.lastSeenAt === null ? 'Offline' : `Last seen ${shortly(presence.lastSeenAt)}`;
  }
  const online = model.people.members(row.id).filter(({ user }) => model.isOnline(user.id)).length;
  const count = counted(row.memberCount, 'member');
  // The user is not followed, and is here.
  return online === 0 ? count : `${count}, ${online + 1} online`;
}

const nothingOpen = (): HTMLElement =>
  h(
    'div',
    { class: 'nothing' },
    icon('chat'),
    h('h2', {}, 'Your conversations'),
    h('p', { class: 'hint' }, 'Choose one on the left, or find somebody to write to.'),
  );
