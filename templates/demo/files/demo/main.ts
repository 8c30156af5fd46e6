import { createApi, type SessionStore } from '../client/api.ts';
import type { SessionView } from '../src/contract/auth.ts';
import { h } from './dom.ts';
import { createModel, type Model } from './model.ts';
import { sidebar } from './sidebar.ts';
import { explain, signIn } from './sign-in.ts';
import { thread } from './thread.ts';

const app = document.querySelector('#app') as HTMLElement;

// In the tab's own storage, so that two tabs can be two users.
const store: SessionStore = {
  load: () => JSON.parse(sessionStorage.getItem('session') ?? 'null') as SessionView | null,
  save: (session) =>
    session === null
      ? sessionStorage.removeItem('session')
      : sessionStorage.setItem('session', JSON.stringify(session)),
};

const api = createApi(location.origin, store);
let model: Model | undefined;

function askWho(): void {
  model?.close();
  model = undefined;
  app.replaceChildren(
    h(
      'main',
      { class: 'door' },
      signIn(api, () => void open()),
    ),
  );
}

async function open(): Promise<void> {
  let show = (): void => {};
  try {
    model = await createModel(api, () => soon(show), askWho);
  } catch (error) {
    if (api.session === null) return askWho();
    const again = h('button', { click: () => void open() }, 'Try again');
    return app.replaceChildren(
      h('p', { role: 'alert', class: 'door' }, explain(error), ' ', again),
    );
  }
  const { chat } = model;
  const list = sidebar(model, () => void api.logout().finally(askWho));
  const conversation = thread(model);
  const status = h('p', { role: 'status', class: 'connection' });
  const layout = h('div', { class: 'layout' }, list.root, conversation.root);
  app.replaceChildren(status, layout);

  const showStatus = (): void => {
    status.textContent = chat.socket.connected ? '' : 'Connection lost. Reconnecting …';
  };
  chat.socket
    .on('connect', showStatus)
    .on('disconnect', showStatus)
    .on('connect_error', showStatus);
  show = () => {
    layout.classList.toggle('open', model?.selected !== null);
    list.show();
    conversation.show();
  };
  show();
}

/** However much changes at once, the page is drawn once. */
let isDue = false;
function soon(show: () => void): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    show();
  });
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void model?.chat.check();
});
if (api.session === null) askWho();
else void open();
