import type { ConversationView } from '../src/contract/conversations.ts';
import type { UserView } from '../src/contract/users.ts';
import { openDialog } from './dialog.ts';
import { field, h } from './dom.ts';
import { createFinder } from './finder.ts';
import { icon, person } from './look.ts';
import type { Model } from './model.ts';
import { createAttempt } from './words.ts';

const fewestLetters = 3;

/** People whose username starts with a text; a sentence when it is too short for that. */
export async function findPeople(model: Model, text: string): Promise<UserView[] | string> {
  if (text.length < fewestLetters) return 'Type at least three letters of a username.';
  const path = `/users?prefix=${encodeURIComponent(text)}&limit=10`;
  const { items } = await model.api.call<{ items: UserView[] }>('GET', path);
  items.forEach(model.people.keep);
  return items.filter(({ id }) => id !== model.me.id);
}

/** What was typed for a new group, until it is made. */
export interface GroupDraft {
  name: string;
  isPublic: boolean;
}

/** Asks for the name of a new group and makes it; a dialog that was closed begins where it ended. */
export function openNewGroup(
  model: Model,
  draft: GroupDraft,
  open: (conversationId: string) => void,
): void {
  const [nameField, name] = field('Name of the group', {
    required: true,
    maxlength: '80',
    autocomplete: 'off',
  });
  const isPublic = h('input', { type: 'checkbox' });
  name.value = draft.name;
  isPublic.checked = draft.isPublic;
  const keep = (): void => {
    Object.assign(draft, { name: name.value, isPublic: isPublic.checked } satisfies GroupDraft);
  };
  const problem = h('p', { role: 'alert', class: 'problem' });
  const attempt = createAttempt(problem);

  function create(event: Event): void {
    event.preventDefault();
    void attempt(async () => {
      const visibility = isPublic.checked ? 'public' : 'private';
      const group = { type: 'group', name: name.value, visibility };
      const row = await model.api.call<ConversationView>('POST', '/conversations', group);
      await model.enter(row);
      name.value = '';
      isPublic.checked = false;
      keep();
      dialog.close();
      open(row.id);
    });
  }

  const dialog = openDialog(
    'New group',
    h(
      'form',
      { class: 'form', submit: create, input: keep },
      nameField,
      h('label', { class: 'check' }, isPublic, h('span', {}, 'Everybody can find and join it')),
      problem,
      h('button', { class: 'primary' }, 'Create group'),
    ),
  );
}

/** Shows who is in a group; those who may, add people to it. */
export function openGroup(model: Model, row: ConversationView): void {
  const members = h('ul', { class: 'people' });
  const problem = h('p', { role: 'alert', class: 'problem' });
  const attempt = createAttempt(problem);
  const path = `/conversations/${row.id}`;

  async function show(): Promise<void> {
    const items = await model.people.loadMembers(row.id);
    members.replaceChildren(
      ...items.map(({ user, role }) => {
        const isMe = user.id === model.me.id;
        const hint = [isMe ? 'you' : `@${user.username}`, ...(role === 'member' ? [] : [role])];
        const isOnline = model.isOnline(user.id);
        return h('li', { class: 'row' }, ...person(user, isOnline, hint.join(' · ')));
      }),
    );
  }

  async function find(text: string) {
    const found = await findPeople(model, text);
    if (typeof found === 'string') return found;
    return found.map((user) => ({
      lines: person(user, model.isOnline(user.id)),
      choose: async () => {
        await model.api.call('PUT', `${path}/members/${user.id}`);
        await show();
      },
    }));
  }

  const leave = h('button', { class: 'danger' }, icon('leave'), 'Leave the group');
  leave.addEventListener('click', () => {
    void attempt(async () => {
      await model.api.call('POST', `${path}/leave`);
      dialog.close();
    });
  });
  const dialog = openDialog(
    model.titleOf(row),
    ...(row.role === 'member' ? [] : [createFinder('Add people', find)]),
    members,
    problem,
    h('div', { class: 'buttons' }, leave),
  );
  void attempt(show);
}
