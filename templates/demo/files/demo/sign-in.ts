import { ProblemError, type Api } from '../client/api.ts';
import { field, h } from './dom.ts';

/** The form to sign in or to create an account; calls `done` with a session in place. */
export function signIn(api: Api, done: () => void): HTMLElement {
  const [usernameField, username] = field('Username', {
    name: 'username',
    autocomplete: 'username',
    required: true,
  });
  const [emailField, email] = field('E-mail', {
    name: 'email',
    type: 'email',
    autocomplete: 'email',
  });
  const [passwordField, password] = field('Password', {
    name: 'password',
    type: 'password',
    required: true,
  });
  const problem = h('p', { role: 'alert', class: 'problem' });
  const title = h('h1');
  const submit = h('button', { class: 'primary' });
  const other = h('button', { type: 'button', class: 'link', click: () => show(!isNew) });
  const guest = h('button', { type: 'button', click: () => void enter(asGuest) }, 'Try as a guest');
  const form = h(
    'form',
    { class: 'sign-in', submit: onSubmit },
    title,
    usernameField,
    emailField,
    passwordField,
    problem,
    submit,
    guest,
    other,
  );
  let isNew = false;

  function show(next: boolean): void {
    isNew = next;
    title.textContent = isNew ? 'Create an account' : 'Sign in';
    submit.textContent = isNew ? 'Create account' : 'Sign in';
    other.textContent = isNew ? 'I have an account' : 'Create an account';
    emailField.hidden = !isNew;
    email.required = isNew;
    password.autocomplete = isNew ? 'new-password' : 'current-password';
    problem.textContent = '';
  }

  /** A user that exists for this tab only: nobody knows the password. */
  function asGuest(): Promise<unknown> {
    const name = `guest-${crypto.randomUUID().slice(0, 8)}`;
    return api.register({
      username: name,
      email: `${name}@example.com`,
      password: crypto.randomUUID(),
    });
  }

  function onSubmit(event: Event): void {
    event.preventDefault();
    const account = { username: username.value, email: email.value, password: password.value };
    void enter(() =>
      isNew ? api.register(account) : api.login(account.username, account.password),
    );
  }

  async function enter(start: () => Promise<unknown>): Promise<void> {
    problem.textContent = '';
    submit.disabled = guest.disabled = true;
    try {
      await start();
      done();
    } catch (error) {
      problem.textContent = explain(error);
    } finally {
      submit.disabled = guest.disabled = false;
    }
  }

  show(false);
  return form;
}

/** What went wrong, in words for the reader. */
export function explain(error: unknown): string {
  if (!(error instanceof ProblemError)) return 'The server cannot be reached.';
  const { problem } = error;
  const details = problem.errors?.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  return [problem.detail ?? problem.title, ...(details ?? [])].join(' · ');
}
