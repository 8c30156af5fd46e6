import { field, h, keyed, when } from './dom.ts';
import type { Model } from './model.ts';
import { explain } from './sign-in.ts';

/** The list of conversations with the ways into new ones. */
export function sidebar(model: Model, signOut: () => void): { root: HTMLElement; show(): void } {
  const list = h('ul', { class: 'conversations' });
  const empty = h('p', { class: 'hint' }, 'No conversations yet. Find somebody, or start a group.');
  const root = h(
    'nav',
    { class: 'sidebar', 'aria-label': 'Conversations' },
    h(
      'header',
      {},
      h('strong', { class: 'me' }, model.me.displayName),
      h('button', { class: 'link', click: signOut }, 'Sign out'),
    ),
    finder(model),
    newGroup(model),
    list,
    empty,
  );

  function item(row: ReturnType<Model['conversations']>[number]): HTMLElement {
    const unread = model.unread(row);
    const last = model.chat.timeline(row.id)?.messages().at(-1) ?? row.lastMessage;
    const isOnline = row.otherUser !== null && model.signals.isOnline(row.otherUser.id);
    return h(
      'li',
      {},
      h(
        'button',
        {
          class: 'conversation',
          'aria-current': model.selected === row.id ? 'true' : false,
          click: () => void model.select(row.id),
        },
        h(
          'span',
          { class: 'title' },
          model.titleOf(row),
          isOnline
            ? h('span', { class: 'online' }, h('span', { class: 'hidden' }, ', online'))
            : null,
        ),
        h('span', { class: 'time' }, last ? when(last.timestamp) : ''),
        h(
          'span',
          { class: 'last' },
          last ? (last.content ?? 'Message deleted') : 'No messages yet',
        ),
        unread > 0
          ? h(
              'span',
              { class: 'unread' },
              String(unread),
              h('span', { class: 'hidden' }, ' unread'),
            )
          : null,
      ),
    );
  }

  function show(): void {
    const rows = model.conversations();
    empty.hidden = rows.length > 0;
    keyed(
      list,
      rows,
      (row) => row.id,
      (row) => {
        const last = model.chat.timeline(row.id)?.messages().at(-1) ?? row.lastMessage;
        const online = row.otherUser !== null && model.signals.isOnline(row.otherUser.id);
        const parts = [model.titleOf(row), last?.id, last?.rev, model.unread(row), online];
        return [...parts, model.selected === row.id].join('|');
      },
      item,
    );
  }

  return { root, show };
}

/** A search for people and public conversations. */
function finder(model: Model): HTMLElement {
  const [label, input] = field('Find people and public groups', {
    type: 'search',
    autocomplete: 'off',
    input: () => void find(),
  });
  const results = h('ul', { class: 'results' });
  let latest = 0;

  function result(title: string, hint: string, open: () => Promise<void>): HTMLElement {
    const choose = async (): Promise<void> => {
      input.value = '';
      results.replaceChildren();
      await open();
    };
    return h(
      'li',
      {},
      h('button', { click: () => void choose() }, title, h('span', { class: 'hint' }, hint)),
    );
  }

  async function find(): Promise<void> {
    const turn = ++latest;
    const text = input.value.trim();
    // Waits for a pause in the typing.
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (turn !== latest) return;
    if (text === '') return results.replaceChildren();
    try {
      const { users, conversations } = await model.search(text);
      if (turn !== latest) return;
      const found = [
        ...users.map((user) =>
          result(user.displayName, ` @${user.username}`, () => model.openDirect(user.id)),
        ),
        ...conversations.map((row) =>
          result(row.name ?? '', ' public', () =>
            row.role === null ? model.join(row.id) : model.select(row.id),
          ),
        ),
      ];
      results.replaceChildren(
        ...(found.length ? found : [h('li', { class: 'hint' }, 'Nothing found.')]),
      );
    } catch (error) {
      results.replaceChildren(h('li', { class: 'problem' }, explain(error)));
    }
  }

  return h('div', { class: 'finder' }, label, results);
}

/** A form for a new group, folded away until it is wanted. */
function newGroup(model: Model): HTMLElement {
  const [nameField, name] = field('Name of the group', { required: true, maxlength: '80' });
  const isPublic = h('input', { type: 'checkbox' });
  const problem = h('p', { role: 'alert', class: 'problem' });
  const details = h('details', { class: 'new-group' }, h('summary', {}, 'New group'));

  async function create(event: Event): Promise<void> {
    event.preventDefault();
    problem.textContent = '';
    try {
      await model.createGroup(name.value, isPublic.checked);
      name.value = '';
      details.open = false;
    } catch (error) {
      problem.textContent = explain(error);
    }
  }

  details.append(
    h(
      'form',
      { submit: (event) => void create(event) },
      nameField,
      h('label', { class: 'check' }, isPublic, ' Everybody can find and join it'),
      problem,
      h('button', {}, 'Create group'),
    ),
  );
  return details;
}
