import type { Api } from '../client/api.ts';
import { field, h } from './dom.ts';
import { registerGuest } from './guest.ts';
import { icon } from './look.ts';
import { createAttempt } from './words.ts';

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
  const guest = h(
    'button',
    { type: 'button', click: () => void enter(() => registerGuest(api)) },
    'Try as a guest',
  );
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
