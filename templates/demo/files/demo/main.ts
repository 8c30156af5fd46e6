import { createApi, type SessionStore } from '../client/api.ts';
import type { SessionView } from '../src/contract/auth.ts';
import type { MessageView } from '../src/contract/messages.ts';
import { createBanner } from './connection.ts';
import { h, opensKeyboard } from './dom.ts';
import { createModel } from './model.ts';
import { isHere, type Page, type Part } from './part.ts';
import { parts } from './parts.ts';
import { createPlace } from './place.ts';
import { createDoor } from './sign-in.ts';
import { createSidebar } from './sidebar.ts';
import { createThread } from './thread.ts';
import { createAttempt, explain } from './words.ts';

/** While the server cannot be reached, it is tried this often, in milliseconds. */
const againMs = 5_000;
const frameMs = 16;

const app = document.querySelector('#app') as HTMLElement;
// In the tab's own storage, so that two tabs can be two users.
const store: SessionStore = {
  load: () => JSON.parse(sessionStorage.getItem('session') ?? 'null') as SessionView | null,
  save: (session) =>
    session === null
      ? sessionStorage.removeItem('session')
      : sessionStorage.setItem('session', JSON.stringify(session)),
  loadKnownDevice: () => localStorage.getItem('knownDevice'),
  saveKnownDevice: (token) => localStorage.setItem('knownDevice', token),
};
const api = createApi(location.origin, store);

/** What shows the newest state; there is something to show after sign-in only. */
let show = (): void => {};
let isDue = false;

/** However much changes at once, the page is drawn once. */
function soon(): void {
  if (isDue) return;
  isDue = true;
  // Not a frame of animation: the title counts also while the page is hidden.
  setTimeout(draw, frameMs);
}

function draw(): void {
  isDue = false;
  show();
}

function askWho(reason = ''): void {
  show = () => {};
  document.title = 'Chat';
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  app.replaceChildren(createDoor(api, open, reason));
  if (!opensKeyboard()) app.querySelector<HTMLElement>('input')?.focus();
}

async function open(): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (api.session === null) return askWho();
    const again = h('button', { click: () => void open() }, 'Try now');
    const timer = setTimeout(() => void open(), againMs);
    again.addEventListener('click', () => clearTimeout(timer));
    app.replaceChildren(
      h(
        'main',
        { class: 'door' },
        h('div', { class: 'card' }, h('p', { role: 'alert' }, explain(error)), again),
      ),
    );
  }
}

async function start(): Promise<void> {
  let opening = Promise.resolve();
  const end = (reason?: string): void => {
    place.stop();
    model.close();
    askWho(reason);
  };
  const model = await createModel(api, soon, () => end('Your sign-in has ended.'));
  const place = createPlace((conversationId) => void (opening = goTo(conversationId)));
  const banner = createBanner(model.chat.socket);
  const problem = h('p', { role: 'alert', class: 'problem' });
  const page = {
    model,
    parts: [] as Part[],
    attempt: createAttempt(problem),
    changed: soon,
    reveal,
  } satisfies Page;
  page.parts.push(...Object.values(parts).map((create) => create(page)));
  const thread = createThread(page, problem, place.leave);
  const sidebar = createSidebar(page, {
    open: place.open,
    signOut() {
      // The server may be unreachable: this tab forgets the sign-in all the same.
      api.logout().catch(() => {});
      end();
    },
  });
  const title = h('h1', { class: 'spoken' }, 'Chat');
  const layout = h('main', { class: 'layout' }, title, sidebar.root, thread.root);

  async function reveal(message: MessageView): Promise<void> {
    if (model.open?.id !== message.conversationId) {
      place.open(message.conversationId);
      await opening;
    }
    if (isHere(page, message)) return revealHere(message);
    const part = page.parts.find((one) => one.isElsewhere?.(message));
    await page.attempt(async () => part?.reveal?.(message));
  }

  async function revealHere(message: MessageView): Promise<void> {
    let isLoaded = false;
    const isAnswered = await page.attempt(async () => {
      isLoaded = await model.loadBackTo(message.seq);
    });
    if (!isAnswered) return;
    draw();
    if (isLoaded) thread.reveal(message);
    else problem.textContent = 'That message is too far back to be shown here.';
  }

  async function goTo(conversationId: string | null): Promise<void> {
    const selecting = model.select(conversationId).catch(() => {});
    draw();
    if (conversationId === null) sidebar.focus();
    else thread.focus();
    await selecting;
  }

  show = () => {
    layout.classList.toggle('open', model.open !== undefined);
    banner.show();
    sidebar.show();
    thread.show();
  };
  app.replaceChildren(banner.root, layout);
  draw();
  sidebar.focus();
  if (place.conversationId !== null) await goTo(place.conversationId);
}

document.addEventListener('visibilitychange', soon);
window.addEventListener('online', soon);
window.addEventListener('offline', soon);
if (api.session === null) askWho();
else void open();
