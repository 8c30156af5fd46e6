import type { Api } from '../client/api.ts';
import { field, h } from './dom.ts';
import { icon } from './look.ts';
import { createAttempt } from './words.ts';

const words = {
  first: ['Brave', 'Calm', 'Clever', 'Gentle', 'Happy', 'Quick', 'Quiet', 'Sunny', 'Warm', 'Wise'],
  second: ['Badger', 'Falcon', 'Fox', 'Heron', 'Lynx', 'Otter', 'Owl', 'Robin', 'Seal', 'Wren'],
} as const;

/** The form to sign in or to create an account; calls `done` with a session in place. */
export function createDoor(api: Api, done: () => Promise<void>, reason = ''): HTMLElement {
  const [usernameField, username] = field('Username', {
    name: 'username',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
  });
  const [emailField, email] = field('E-mail', {
    name: 'email',
    type: 'email',
    autocomplete: 'email',
  });
  const [passwordField, password] = field(
    'Password',
    { name: 'password', type: 'password', required: true },
    'At least 15 characters: a few words are easy to keep in mind.',
  );
  const problem = h('p', { role: 'alert', class: 'problem' }, reason);
  const attempt = createAttempt(problem);
  const title = h('h1');
  const submit = h('button', { class: 'primary' });
  const other = h('button', { type: 'button', class: 'link', click: () => show(!isNew) });
  const guest = h('button', { type: 'button', click: () => void enter(asGuest) }, 'Try as a guest');
  const form = h(
    'form',
    { class: 'form', submit: onSubmit },
    usernameField,
    emailField,
    passwordField,
    problem,
    submit,
  );
  let isNew = false;

  function show(next: boolean): void {
    isNew = next;
    title.textContent = isNew ? 'Create an account' : 'Sign in';
    submit.textContent = isNew ? 'Create account' : 'Sign in';
    other.textContent = isNew ? 'I have an account' : 'Create an account';
    emailField.hidden = !isNew;
    email.required = isNew;
    passwordField.classList.toggle('without-hint', !isNew);
    password.autocomplete = isNew ? 'new-password' : 'current-password';
  }

  /** A user that exists for this tab only: nobody knows the password. */
  async function asGuest(): Promise<void> {
    const names = [pick(words.first), pick(words.second)];
    const name = `${names.join('-').toLowerCase()}-${crypto.randomUUID().slice(0, 4)}`;
    await api.register({
      username: name,
      email: `${name}@example.com`,
      password: crypto.randomUUID(),
    });
    await api.call('PATCH', '/users/me', { displayName: names.join(' ') });
  }

  function onSubmit(event: Event): void {
    event.preventDefault();
    const account = { username: username.value, email: email.value, password: password.value };
    void enter(() =>
      isNew ? api.register(account) : api.login(account.username, account.password),
    );
  }

  async function enter(start: () => Promise<unknown>): Promise<void> {
    const buttons = [submit, guest];
    for (const button of buttons) button.disabled = true;
    if (await attempt(start)) await done();
    for (const button of buttons) button.disabled = false;
  }

  show(false);
  return h(
    'main',
    { class: 'door' },
    h(
      'div',
      { class: 'card' },
      h('span', { class: 'mark' }, icon('chat')),
      title,
      form,
      other,
      h('p', { class: 'or' }, 'or'),
      guest,
      h('p', { class: 'hint' }, 'A guest lives in this tab. Open a second tab for a second guest.'),
    ),
  );
}

const pick = (texts: readonly string[]): string =>
  texts[Math.floor(Math.random() * texts.length)] ?? '';
