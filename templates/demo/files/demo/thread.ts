import type { ConversationView } from '../src/contract/conversations.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { createComposer } from './composer.ts';
import { openDialog } from './dialog.ts';
import { h, opensKeyboard } from './dom.ts';
import { openGroup } from './group.ts';
import { avatar, icon, iconButton } from './look.ts';
import { createMessages } from './messages.ts';
import type { Model } from './model.ts';
import { counted, createAttempt, listed, shortly } from './words.ts';

/** The open conversation: its messages, who writes, and the field to write in. */
export function createThread(
  model: Model,
  back: () => void,
): { readonly root: HTMLElement; show(): void; focus(): void } {
  const header = createHeader(model, back);
  const writing = h('p', { class: 'writing' });
  const problem = h('p', { role: 'alert', class: 'problem' });
  const attempt = createAttempt(problem);
  const messages = createMessages(
    model,
    { edit: (message) => composer.edit(message), remove: confirmRemoval },
    attempt,
  );
  const composer = createComposer(model, {
    sent: messages.follow,
    save: (message, content) =>
      attempt(() => model.api.call('PATCH', pathOf(message), { content })),
  });
  const content = h(
    'div',
    { class: 'thread' },
    header.root,
    messages.root,
    writing,
    problem,
    composer.root,
  );
  const root = h(
    'section',
    { class: 'pane', 'aria-label': 'Conversation', tabindex: '-1' },
    nothingOpen(),
    content,
  );
  let shown: string | null = null;

  function confirmRemoval(message: MessageView): void {
    const remove = h('button', { class: 'danger' }, 'Delete');
    const keep = h('button', { autofocus: true, click: () => dialog.close() }, 'Keep it');
    const dialog = openDialog(
      'Delete this message?',
      h('p', {}, 'Everybody sees that a message was here, but not what it said.'),
      h('div', { class: 'buttons' }, keep, remove),
    );
    remove.addEventListener('click', () => {
      dialog.close();
      composer.focus();
      void attempt(() => model.api.call('DELETE', pathOf(message)));
    });
  }

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
    composer.show(row.id);
    messages.show(row);
    const names = model.signals.typing(row.id).map(model.people.nameOf);
    writing.textContent =
      names.length === 0 ? '' : `${listed(names)} ${names.length === 1 ? 'is' : 'are'} writing`;
  }

  return { root, show, focus: () => (opensKeyboard() ? root.focus() : composer.focus()) };
}

const pathOf = ({ conversationId, id }: MessageView): string =>
  `/conversations/${conversationId}/messages/${id}`;

function createHeader(
  model: Model,
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
  const root = h('header', { class: 'bar' }, backButton, face, lines, members);

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
